"""The worker threads: bounded, with a deadline, and honest about being stuck."""

import asyncio
import gc
import threading
import time
import weakref
from functools import partial
from typing import Any

import numpy as np
import pytest

from classifier.errors import JobError, ServerError
from classifier.inference.artifact import Artifact
from classifier.inference.engine import ModelOutput
from classifier.inference.model import Model
from classifier.inference.worker_pool import WorkerPool


class FakeEngine:
    """Answers at once; remembers its thread."""

    def __init__(self) -> None:
        self.thread = threading.get_ident()
        self.calls = 0

    def predict(self, squares, *, with_features=False):
        self.calls += 1
        return ModelOutput(np.zeros((len(squares), 1000), np.float32), np.empty((0, 7, 7, 1280), np.float32))


def pool(*, workers=1, max_waiting=0, timeout_s=30.0) -> WorkerPool:
    model = Model(Artifact("fake", "0", "", b"", np.empty((0, 0), np.float32)), FakeEngine)
    return WorkerPool(model, workers=workers, max_waiting=max_waiting, timeout_s=timeout_s)


class Gate:
    """A job that begins, says so, and ends when told."""

    def __init__(self) -> None:
        self.begun, self.open = threading.Event(), threading.Event()

    def __call__(self, engine):
        self.begun.set()
        self.open.wait(10)
        return "done"


async def begin(pool: WorkerPool, gate: Gate) -> asyncio.Task:
    task = asyncio.create_task(pool.run(gate))
    await asyncio.to_thread(gate.begun.wait, 10)
    return task


async def test_a_job_runs_off_the_event_loop_with_its_threads_own_engine():
    engine: Any = await pool().run(lambda engine: engine)
    assert engine.thread != threading.get_ident()


async def test_the_next_job_past_the_bound_is_refused_at_once():
    one, gate = pool(), Gate()
    running = await begin(one, gate)
    with pytest.raises(ServerError) as fault:
        await one.run(lambda engine: None)
    assert (fault.value.code, fault.value.retry_after) == ("server.overloaded", 1.0)
    gate.open.set()
    assert await running == "done"


async def test_a_place_is_free_again_after_a_job_failed():
    one = pool()
    for _ in range(3):
        with pytest.raises(ZeroDivisionError):
            await one.run(lambda engine: 1 / 0)


async def test_a_job_past_its_deadline_is_given_up():
    one, gate = pool(timeout_s=0.01), Gate()
    with pytest.raises(JobError) as fault:
        await one.run(gate)
    gate.open.set()
    assert fault.value.code == "job.timeout"


async def test_a_cancelled_job_leaves_the_queue_and_its_place():
    one, gate, ran = pool(max_waiting=1), Gate(), []
    running = await begin(one, gate)
    waiting = asyncio.create_task(one.run(lambda engine: ran.append(1)))
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    after = asyncio.create_task(one.run(lambda engine: "after"))
    gate.open.set()
    assert (await running, await after, ran) == ("done", "after", [])


async def test_a_cancelled_job_lets_go_of_its_picture_at_once():
    one, gate = pool(max_waiting=1), Gate()
    running = await begin(one, gate)

    class DecodedImage:
        pass

    picture = DecodedImage()
    gone = weakref.ref(picture)
    waiting = asyncio.create_task(one.run(partial(max, picture)))
    await asyncio.sleep(0)
    del picture
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    del waiting
    gc.collect()
    assert gone() is None
    gate.open.set()
    await running


def test_warming_up_gives_every_thread_its_engine():
    one = pool(workers=3)
    assert one.problem() == "the model is not warm yet"
    one.warm_up()
    assert one.problem() is None


def test_warming_up_says_why_it_cannot():
    def broken():
        raise ValueError("no such model")

    one = WorkerPool(
        Model(Artifact("fake", "0", "", b"", np.empty((0, 0), np.float32)), broken),
        workers=1,
        max_waiting=0,
        timeout_s=1,
    )
    with pytest.raises(ValueError, match="no such model"):
        one.warm_up()


async def test_a_worker_that_never_ends_is_noticed(monkeypatch):
    one, gate = pool(), Gate()
    one.warm_up()
    running = await begin(one, gate)
    late = time.monotonic() + 61
    with monkeypatch.context() as patch:
        patch.setattr(time, "monotonic", lambda: late)
        assert one.problem() == "a worker is stuck"
    gate.open.set()
    await running
    assert one.problem() is None
