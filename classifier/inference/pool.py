"""The worker threads: bounded, with a deadline. The one place where inference leaves the event loop.

One engine a thread, threads = cores: the engines and Pillow's decoders release the GIL, and batching gains nothing.
"""

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TypeVar

import numpy as np
from django.conf import settings

from classifier.crops import INPUT_SIDE
from classifier.errors import JobError, ServerFault
from classifier.inference.engine import Engine
from classifier.inference.model import Model, load_model

Result = TypeVar("Result")
OnWait = Callable[[int], Awaitable[None]]

#: A job that runs this many times its deadline will not end: a thread is lost to it.
STUCK_AFTER_DEADLINES = 2
RETRY_AFTER_S = 1.0


class _Places:
    """How many jobs are admitted. Locked, because a job ends on a thread of its own."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._taken = 0
        self._lock = threading.Lock()

    def take(self) -> int:
        """Takes a place; how many are taken now. Raises ``ServerFault`` ``server.overloaded`` when none is left."""
        with self._lock:
            if self._taken >= self._limit:
                raise ServerFault("server.overloaded", retry_after=RETRY_AFTER_S)
            self._taken += 1
            return self._taken

    def free(self) -> None:
        with self._lock:
            self._taken -= 1


class Pool:
    """Runs jobs on ``workers`` threads; admits ``workers + max_waiting`` of them at a time."""

    def __init__(self, model: Model, *, workers: int, max_waiting: int, timeout_s: float) -> None:
        self.model = model
        self._workers = workers
        self._timeout_s = timeout_s
        self._executor = ThreadPoolExecutor(workers, thread_name_prefix="inference")
        self._places = _Places(workers + max_waiting)
        self._thread = threading.local()
        self._running: dict[int, float] = {}
        self._warm = False
        self._draining = False

    async def run(self, job: Callable[[Engine], Result], on_wait: OnWait | None = None) -> Result:
        """``job``'s result, computed on a worker thread with that thread's engine.

        ``on_wait`` is told the job's place in the queue, 1…, if no thread is free for it at once.

        Raises ``ServerFault`` ``server.overloaded`` at once when no place is free or ``server.draining`` when this pool
        takes no more, ``JobError`` ``job.timeout`` after the deadline. A cancelled or timed-out job leaves the queue;
        one that runs is let finish and forgotten.
        """
        if self._draining:
            raise ServerFault("server.draining", retry_after=RETRY_AFTER_S)
        position = self._places.take() - self._workers
        # In a cell, because a cancelled item stays in the executor's queue, and must not keep its picture there.
        cell = [job]
        del job
        future = self._executor.submit(lambda: self._work(cell[0]))
        future.add_done_callback(lambda _: self._places.free())
        try:
            async with asyncio.timeout(self._timeout_s):
                if position > 0 and on_wait:
                    await on_wait(position)
                return await asyncio.wrap_future(future)
        except TimeoutError:
            raise JobError("job.timeout") from None
        finally:
            if future.cancel():
                cell.clear()

    def warm_up(self) -> None:
        """Builds every thread's engine and runs it once, so that the first photo is as fast as the second."""
        together = threading.Barrier(self._workers)
        blank = np.zeros((1, INPUT_SIDE, INPUT_SIDE, 3), np.uint8)

        def first(engine: Engine) -> None:
            together.wait(timeout=60)
            engine.predict(blank)

        for future in [self._executor.submit(self._work, first) for _ in range(self._workers)]:
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

    def _work(self, job: Callable[[Engine], Result]) -> Result:
        self._running[threading.get_ident()] = time.monotonic()
        try:
            return job(self._engine())
        finally:
            del self._running[threading.get_ident()]

    def _engine(self) -> Engine:
        if not hasattr(self._thread, "engine"):
            self._thread.engine = self.model.make_engine()
        engine: Engine = self._thread.engine
        return engine


@cache
def get_pool() -> Pool:
    """The pool of this process. Raises ``ArtifactError`` when there is no whole model."""
    model = load_model(settings.MODEL_DIR, settings.ENGINE)
    return Pool(model, workers=settings.WORKERS, max_waiting=settings.MAX_WAITING, timeout_s=settings.JOB_TIMEOUT_S)
