"""Tests of the worker pool: its capacity, timeout, cancellation, draining and stuck workers."""

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
    """Returns empty output at once and stores the id of the thread that created it."""

    def __init__(self) -> None:
        self.thread_id = threading.get_ident()

    def predict(self, squares, *, with_features=False):
        return ModelOutput(np.zeros((len(squares), 1000), np.float32), np.empty((0, 7, 7, 1280), np.float32))


def create_pool(*, make_engine=FakeEngine, workers=1, max_waiting=0, timeout_s=30.0) -> WorkerPool:
    model = Model(Artifact("fake", "0", "", b"", np.empty((0, 0), np.float32)), make_engine)
    return WorkerPool(model, workers=workers, max_waiting=max_waiting, timeout_s=timeout_s)


class BlockingJob:
    """A job that runs until ``may_end`` is set, at most 10 s."""

    def __init__(self) -> None:
        self.started, self.may_end = threading.Event(), threading.Event()

    def __call__(self, engine):
        self.started.set()
        self.may_end.wait(10)
        return "done"


async def start(pool: WorkerPool, job: BlockingJob) -> asyncio.Task:
    task = asyncio.create_task(pool.run(job))
    await asyncio.to_thread(job.started.wait, 10)
    return task


async def test_a_job_runs_on_a_worker_thread_with_the_engine_of_that_thread():
    engine: Any = await create_pool().run(lambda engine: engine)
    assert engine.thread_id != threading.get_ident()


async def test_a_full_pool_rejects_a_job_at_once():
    pool, blocker = create_pool(), BlockingJob()
    running = await start(pool, blocker)
    with pytest.raises(ServerError) as raised:
        await pool.run(lambda engine: None)
    assert (raised.value.code, raised.value.retry_after) == ("server.overloaded", 1.0)
    blocker.may_end.set()
    assert await running == "done"


async def test_reports_the_queue_position_of_a_job_only_if_it_has_to_wait():
    pool, blocker, positions = create_pool(max_waiting=2), BlockingJob(), []

    async def collect(position: int) -> None:
        positions.append(position)

    assert await pool.run(lambda engine: "free", collect) == "free"
    running = await start(pool, blocker)
    waiting = [asyncio.create_task(pool.run(lambda engine: None, collect)) for _ in range(2)]
    await asyncio.sleep(0)
    blocker.may_end.set()
    await asyncio.gather(running, *waiting)
    assert positions == [1, 2]


async def test_a_failed_job_is_no_longer_in_flight():
    pool = create_pool()
    for _ in range(3):
        with pytest.raises(ZeroDivisionError):
            await pool.run(lambda engine: 1 / 0)
    assert pool.in_flight == 0


async def test_a_job_that_exceeds_the_timeout_fails():
    pool, blocker = create_pool(timeout_s=0.01), BlockingJob()
    with pytest.raises(JobError) as raised:
        await pool.run(blocker)
    blocker.may_end.set()
    assert raised.value.code == "job.timeout"


async def test_a_cancelled_job_is_removed_from_the_queue_and_the_next_job_is_admitted():
    pool, blocker, calls = create_pool(max_waiting=1), BlockingJob(), []
    running = await start(pool, blocker)
    waiting = asyncio.create_task(pool.run(lambda engine: calls.append("cancelled job")))
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    next_job = asyncio.create_task(pool.run(lambda engine: "next"))
    blocker.may_end.set()
    assert (await running, await next_job, calls) == ("done", "next", [])


async def test_a_cancelled_job_frees_the_memory_of_its_picture_at_once():
    class DecodedImage:
        pass

    pool, blocker, picture = create_pool(max_waiting=1), BlockingJob(), DecodedImage()
    running = await start(pool, blocker)
    reference = weakref.ref(picture)
    waiting = asyncio.create_task(pool.run(partial(max, picture)))
    await asyncio.sleep(0)
    del picture
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    del waiting
    gc.collect()
    assert reference() is None
    blocker.may_end.set()
    await running


async def test_a_draining_pool_finishes_running_jobs_and_rejects_new_ones():
    pool, blocker = create_pool(max_waiting=1), BlockingJob()
    running = await start(pool, blocker)
    pool.drain()
    with pytest.raises(ServerError) as raised:
        await pool.run(lambda engine: None)
    assert raised.value.code == "server.draining"
    blocker.may_end.set()
    assert await running == "done"


async def test_a_pool_has_a_backlog_from_four_waiting_jobs_per_worker():
    pool, blocker = create_pool(max_waiting=4), BlockingJob()
    running = await start(pool, blocker)
    waiting = [asyncio.create_task(pool.run(lambda engine: None)) for _ in range(3)]
    await asyncio.sleep(0)
    assert not pool.has_backlog()
    waiting.append(asyncio.create_task(pool.run(lambda engine: None)))
    await asyncio.sleep(0)
    assert pool.has_backlog()
    blocker.may_end.set()
    await asyncio.gather(running, *waiting)


def test_run_unqueued_returns_the_result_of_the_job():
    assert create_pool().run_unqueued(lambda engine: "done") == "done"


def test_warm_up_creates_one_engine_per_thread():
    engines = []

    def make_engine() -> FakeEngine:
        engines.append(FakeEngine())
        return engines[-1]

    pool = create_pool(make_engine=make_engine, workers=3)
    assert pool.unready_reason() == "the model is not warm yet"
    pool.warm_up()
    assert pool.unready_reason() is None
    assert len({engine.thread_id for engine in engines}) == len(engines) == 3


def test_warm_up_raises_the_error_of_an_engine_that_cannot_be_created():
    def fail():
        raise ValueError("no such model")

    with pytest.raises(ValueError, match="no such model"):
        create_pool(make_engine=fail, timeout_s=1).warm_up()


async def test_a_job_that_runs_for_two_timeouts_makes_the_pool_stuck(monkeypatch):
    pool, blocker = create_pool(), BlockingJob()
    pool.warm_up()
    running = await start(pool, blocker)
    after_two_timeouts = time.monotonic() + 61
    with monkeypatch.context() as patch:
        patch.setattr(time, "monotonic", lambda: after_two_timeouts)
        assert pool.unready_reason() == "a worker is stuck"
    blocker.may_end.set()
    await running
    assert pool.unready_reason() is None
