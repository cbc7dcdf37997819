"""Tests of the round-robin queue."""

import pytest

from classifier.errors import ServerError
from classifier.inference.fair_queue import FairQueue, QueuedJob


def enqueue_jobs(queue: FairQueue[str], *names: str) -> list[QueuedJob[str]]:
    """Add one job per name. The first letter is the owner: ``a1`` is the first job of ``a``."""
    jobs = [QueuedJob(name[0], name) for name in names]
    for job in jobs:
        job.future.add_done_callback(lambda _: queue.release())
        queue.enqueue(job, retry_after=2.0)
    return jobs


def dequeue_all(queue: FairQueue[str]) -> list[str | None]:
    names = []
    while job := queue.dequeue():
        names.append(job.work)
    return names


@pytest.fixture
def queue() -> FairQueue[str]:
    return FairQueue(9)


@pytest.fixture
def small_queue() -> FairQueue[str]:
    return FairQueue(3)


def test_owners_are_served_round_robin_in_any_order_of_arrival(queue):
    enqueue_jobs(queue, "a1", "a2", "a3", "b1", "c1", "b2")
    assert dequeue_all(queue) == ["a1", "b1", "c1", "a2", "b2", "a3"]


def test_jobs_of_one_owner_are_served_in_order(queue):
    enqueue_jobs(queue, "a1", "a2", "a3")
    assert dequeue_all(queue) == ["a1", "a2", "a3"]


@pytest.mark.parametrize(
    ("waiting", "owner", "jobs_before"),
    [([], "a", 0), (["a1", "a2", "a3"], "b", 1), (["a1", "a2", "b1"], "a", 3), (["a1", "b1", "b2", "b3"], "a", 2)],
)
def test_enqueue_returns_how_many_jobs_are_served_before_the_new_one(queue, waiting, owner, jobs_before):
    enqueue_jobs(queue, *waiting)
    assert queue.enqueue(QueuedJob(owner, "new"), retry_after=1.0) == jobs_before
    assert dequeue_all(queue).index("new") == jobs_before


def test_enqueue_counts_running_jobs_as_served_before_the_new_one(queue):
    enqueue_jobs(queue, "a1", "b1")
    queue.dequeue()
    assert queue.enqueue(QueuedJob("c", "c1"), retry_after=1.0) == 2


def test_owner_with_the_longest_backlog_loses_its_last_job_if_the_queue_is_full(small_queue):
    jobs = enqueue_jobs(small_queue, "a1", "a2", "a3")
    enqueue_jobs(small_queue, "b1")
    error = jobs[2].future.exception(0)
    assert isinstance(error, ServerError)
    assert (error.code, error.retry_after) == ("server.overloaded", 2.0)
    assert dequeue_all(small_queue) == ["a1", "b1", "a2"]
    assert small_queue.in_flight == 3


def test_full_queue_rejects_owners_who_would_have_the_longest_backlog(small_queue):
    enqueue_jobs(small_queue, "a1", "a2", "b1")
    with pytest.raises(ServerError):
        small_queue.enqueue(QueuedJob("a", "a3"), retry_after=1.0)
    with pytest.raises(ServerError):
        small_queue.enqueue(QueuedJob("b", "b2"), retry_after=1.0)


def test_removed_job_is_skipped_and_its_work_is_dropped(queue):
    jobs = enqueue_jobs(queue, "a1", "b1", "a2")
    queue.remove(jobs[0])
    assert (dequeue_all(queue), jobs[0].work) == (["a2", "b1"], None)


def test_in_flight_counts_waiting_and_running_jobs(queue):
    enqueue_jobs(queue, "a1", "a2")
    assert (queue.in_flight, queue.waiting_count) == (2, 2)
    queue.dequeue()
    assert (queue.in_flight, queue.waiting_count) == (2, 1)
    queue.release()
    assert queue.in_flight == 1
