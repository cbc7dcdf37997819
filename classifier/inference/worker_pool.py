"""Inference threads behind a bounded, fair queue.

There is one engine per thread and one thread per core: the engines and Pillow's decoders release the GIL, and batches
are not faster. This is the only module that moves work from the event loop to inference threads.
"""

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable, Hashable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TypeVar, cast

import numpy as np
from django.conf import settings

from classifier.errors import JobError, ServerError
from classifier.imaging.crops import INPUT_SIDE
from classifier.inference.engine import Engine
from classifier.inference.fair_queue import FairQueue, QueuedJob
from classifier.inference.model import Model, load_model

Result = TypeVar("Result")
Work = Callable[[Engine], object]
#: Receives the queue position of a job, 1….
OnQueued = Callable[[int], Awaitable[None]]

#: A job that runs for this many timeouts is considered endless; its thread is stuck.
STUCK_AFTER_TIMEOUTS = 2
MIN_RETRY_S = 1.0
MAX_RETRY_S = 30.0
#: From this number of waiting jobs per thread, the pool has a backlog.
BACKLOG_PER_WORKER = 4
#: The weight of the newest job in the moving average of job times.
NEWEST_WEIGHT = 0.05


class WorkerPool:
    """Runs jobs on ``workers`` threads and admits at most ``workers + max_waiting`` jobs at a time."""

    def __init__(self, model: Model, *, workers: int, max_waiting: int, timeout_s: float) -> None:
        self.model = model
        self._workers = workers
        self._timeout_s = timeout_s
        self._executor = ThreadPoolExecutor(workers, thread_name_prefix="inference")
        self._queue: FairQueue[Work] = FairQueue(workers + max_waiting)
        self._mean_job_s = 0.0
        self._thread_local = threading.local()
        #: Start time of the running job, by thread id.
        self._started_at: dict[int, float] = {}
        self._is_warm = False
        self._is_draining = False

    @property
    def in_flight(self) -> int:
        """Return the number of admitted jobs that have not ended: the measure of used capacity."""
        return self._queue.in_flight

    def has_backlog(self) -> bool:
        """Return whether so many jobs wait that faster answers are better than more accurate ones."""
        return self._queue.waiting_count >= BACKLOG_PER_WORKER * self._workers

    async def run(
        self, job: Callable[[Engine], Result], on_queued: OnQueued | None = None, *, owner: Hashable = None
    ) -> Result:
        """Run ``job`` on a worker thread with the engine of that thread, and return its result.

        Owners are served round-robin. ``on_queued`` receives the queue position, 1…, unless a thread is free at once.

        Raises ``ServerError`` ``server.overloaded`` if the queue is full, or if this job is removed from the full queue
        for an owner with fewer waiting jobs; ``server.draining`` during shutdown; ``JobError`` ``job.timeout`` after
        the timeout. A cancelled or timed-out job is removed from the queue. If it runs already, it runs to its end and
        its result is dropped.
        """
        if self._is_draining:
            raise ServerError("server.draining", retry_after=MIN_RETRY_S)
        queued_job: QueuedJob[Work] = QueuedJob(owner, job)
        del job  # a cancelled job must not keep its picture in memory
        position = self._queue.enqueue(queued_job, self._retry_after()) - self._workers + 1
        queued_job.future.add_done_callback(lambda _: self._queue.release())
        self._executor.submit(self._run_next)
        try:
            async with asyncio.timeout(self._timeout_s):
                if position > 0 and on_queued:
                    await on_queued(position)
                return cast("Result", await asyncio.wrap_future(queued_job.future))
        except TimeoutError:
            raise JobError("job.timeout") from None
        finally:
            if queued_job.future.cancel():
                self._queue.remove(queued_job)

    def run_unqueued(self, job: Callable[[Engine], Result]) -> Result:
        """Run ``job`` outside the fair queue and block until its result; only for threads that use an idle pool."""
        return self._executor.submit(self._run_timed, job).result()

    def warm_up(self) -> None:
        """Create the engine of every thread and run it once, so that the first photo is as fast as the second."""
        all_threads = threading.Barrier(self._workers)
        blank = np.zeros((1, INPUT_SIDE, INPUT_SIDE, 3), np.uint8)

        def predict_blank(engine: Engine) -> None:
            all_threads.wait(timeout=60)
            engine.predict(blank)

        for future in [self._executor.submit(self._run_timed, predict_blank) for _ in range(self._workers)]:
            future.result()
        self._is_warm = True

    def drain(self) -> None:
        """Reject new jobs; admitted jobs run to their end."""
        self._is_draining = True

    def close(self) -> None:
        """Drop waiting jobs; running jobs run to their end."""
        self._executor.shutdown(wait=False, cancel_futures=True)

    def unready_reason(self) -> str | None:
        """Return the reason why this pool should get no jobs now, or ``None`` if it is ready."""
        if not self._is_warm:
            return "the model is not warm yet"
        return "a worker is stuck" if self.is_stuck() else None

    def is_stuck(self) -> bool:
        """Return whether a job runs so long that it is considered endless and the process should be replaced."""
        oldest = min(self._started_at.copy().values(), default=time.monotonic())
        return time.monotonic() - oldest > STUCK_AFTER_TIMEOUTS * self._timeout_s

    def _retry_after(self) -> float:
        """Return the expected seconds until all jobs in flight have ended, between 1 and 30."""
        return round(min(MAX_RETRY_S, max(MIN_RETRY_S, self.in_flight * self._mean_job_s / self._workers)), 1)

    def _run_next(self) -> None:
        queued_job = self._queue.dequeue()
        if queued_job is None or not queued_job.future.set_running_or_notify_cancel():
            return
        work, queued_job.work = queued_job.work, None
        try:
            queued_job.future.set_result(self._run_timed(cast("Work", work)))
        except BaseException as error:  # noqa: BLE001 - the caller of run() gets every error
            queued_job.future.set_exception(error)

    def _run_timed(self, work: Callable[[Engine], Result]) -> Result:
        started_at = self._started_at[threading.get_ident()] = time.monotonic()
        try:
            return work(self._engine())
        finally:
            del self._started_at[threading.get_ident()]
            self._mean_job_s += NEWEST_WEIGHT * (time.monotonic() - started_at - self._mean_job_s)

    def _engine(self) -> Engine:
        if not hasattr(self._thread_local, "engine"):
            self._thread_local.engine = self.model.make_engine()
        engine: Engine = self._thread_local.engine
        return engine


@cache
def get_pool() -> WorkerPool:
    """Return the pool of this process. Raises ``ArtifactError`` if there is no complete model."""
    model = load_model(settings.MODEL_DIR, settings.ENGINE, settings.PRECISION)
    return WorkerPool(
        model, workers=settings.WORKERS, max_waiting=settings.MAX_WAITING, timeout_s=settings.JOB_TIMEOUT_S
    )
