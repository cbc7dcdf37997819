"""The worker threads: bounded, fair, with a deadline. The one place where inference leaves the event loop.

One engine a thread, threads = cores: the engines and Pillow's decoders release the GIL, and batching gains nothing.
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
OnWait = Callable[[int], Awaitable[None]]

#: A job that runs this many times its deadline will not end: a thread is lost to it.
STUCK_AFTER_DEADLINES = 2
RETRY_AFTER_S = 1.0
LONGEST_RETRY_S = 30.0
#: From so many jobs waiting for each thread on, answers are made quicker.
PRESSED_FROM = 4
#: How much the newest job counts in the mean time of a job.
NEWEST = 0.05


class WorkerPool:
    """Runs jobs on ``workers`` threads; admits ``workers + max_waiting`` of them at a time."""

    def __init__(self, model: Model, *, workers: int, max_waiting: int, timeout_s: float) -> None:
        self.model = model
        self._workers = workers
        self._timeout_s = timeout_s
        self._executor = ThreadPoolExecutor(workers, thread_name_prefix="inference")
        self._turns: FairQueue[Work] = FairQueue(workers + max_waiting)
        self._mean_s = 0.0
        self._thread = threading.local()
        self._running: dict[int, float] = {}
        self._warm = False
        self._draining = False

    @property
    def in_flight(self) -> int:
        """Jobs that were admitted and have not ended: what capacity is counted in."""
        return self._turns.in_flight

    def is_pressed(self) -> bool:
        """Whether so many wait that a quicker answer serves them better than a closer look."""
        return self._turns.waiting >= PRESSED_FROM * self._workers

    async def run(
        self, job: Callable[[Engine], Result], on_wait: OnWait | None = None, *, owner: Hashable = None
    ) -> Result:
        """``job``'s result, computed on a worker thread with that thread's engine; ``owner``s take turns.

        ``on_wait`` is told the job's place in the queue, 1…, if no thread is free for it at once.

        Raises ``ServerFault`` ``server.overloaded`` when no place is free, or when this owner has most jobs waiting and
        another needs the place; ``server.draining`` when this pool takes no more; ``JobError`` ``job.timeout`` after
        the deadline. A cancelled or timed-out job leaves the queue; one that runs is let finish and forgotten.
        """
        if self._draining:
            raise ServerError("server.draining", retry_after=RETRY_AFTER_S)
        waiting: QueuedJob[Work] = QueuedJob(owner, job)
        del job  # a job that was given up must not keep its picture
        position = self._turns.join(waiting, self._retry_after()) - self._workers + 1
        waiting.future.add_done_callback(lambda _: self._turns.done())
        self._executor.submit(self._work_next)
        try:
            async with asyncio.timeout(self._timeout_s):
                if position > 0 and on_wait:
                    await on_wait(position)
                return cast("Result", await asyncio.wrap_future(waiting.future))
        except TimeoutError:
            raise JobError("job.timeout") from None
        finally:
            if waiting.future.cancel():
                self._turns.leave(waiting)

    def run_apart(self, job: Callable[[Engine], Result]) -> Result:
        """``job``'s result, in nobody's turn: for a thread that may wait and asks only while none is in flight."""
        return self._executor.submit(self._timed, job).result()

    def warm_up(self) -> None:
        """Builds every thread's engine and runs it once, so that the first photo is as fast as the second."""
        together = threading.Barrier(self._workers)
        blank = np.zeros((1, INPUT_SIDE, INPUT_SIDE, 3), np.uint8)

        def first(engine: Engine) -> None:
            together.wait(timeout=60)
            engine.predict(blank)

        for future in [self._executor.submit(self._timed, first) for _ in range(self._workers)]:
            future.result()
        self._warm = True

    def drain(self) -> None:
        """Takes no more jobs; those it has are finished."""
        self._draining = True

    def close(self) -> None:
        """Drops what waits; what runs is let finish."""
        self._executor.shutdown(wait=False, cancel_futures=True)

    def problem(self) -> str | None:
        """Why this pool should get no work now, or ``None``."""
        if not self._warm:
            return "the model is not warm yet"
        return "a worker is stuck" if self.is_stuck() else None

    def is_stuck(self) -> bool:
        """Whether a job runs so long that it will not end: this process should be replaced."""
        oldest = min(self._running.copy().values(), default=time.monotonic())
        return time.monotonic() - oldest > STUCK_AFTER_DEADLINES * self._timeout_s

    def _retry_after(self) -> float:
        """Seconds until those who wait now have had their turn, in words a client can use."""
        return round(min(LONGEST_RETRY_S, max(RETRY_AFTER_S, self.in_flight * self._mean_s / self._workers)), 1)

    def _work_next(self) -> None:
        """One job of whoever's turn it is; none if it was given up meanwhile."""
        waiting = self._turns.next()
        if waiting is None or not waiting.future.set_running_or_notify_cancel():
            return
        work, waiting.work = waiting.work, None
        try:
            waiting.future.set_result(self._timed(cast("Work", work)))
        except BaseException as fault:  # noqa: BLE001 - whoever waits for the result gets it
            waiting.future.set_exception(fault)

    def _timed(self, work: Callable[[Engine], Result]) -> Result:
        began = self._running[threading.get_ident()] = time.monotonic()
        try:
            return work(self._engine())
        finally:
            del self._running[threading.get_ident()]
            self._mean_s += NEWEST * (time.monotonic() - began - self._mean_s)

    def _engine(self) -> Engine:
        if not hasattr(self._thread, "engine"):
            self._thread.engine = self.model.make_engine()
        engine: Engine = self._thread.engine
        return engine


@cache
def get_pool() -> WorkerPool:
    """The pool of this process. Raises ``ArtifactError`` when there is no whole model."""
    model = load_model(settings.MODEL_DIR, settings.ENGINE, settings.PRECISION)
    return WorkerPool(
        model, workers=settings.WORKERS, max_waiting=settings.MAX_WAITING, timeout_s=settings.JOB_TIMEOUT_S
    )
