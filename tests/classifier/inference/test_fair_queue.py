"""Whose turn it is."""

import pytest

from classifier.errors import ServerError
from classifier.inference.fair_queue import FairQueue, QueuedJob


def joined(turns: FairQueue[str], *names: str) -> list[QueuedJob[str]]:
    """Jobs named after their owner: ``a1`` is the first of ``a``."""
    jobs = [QueuedJob(name[0], name) for name in names]
    for job in jobs:
        job.future.add_done_callback(lambda _: turns.done())
        turns.join(job, retry_after=2.0)
    return jobs


def served(turns: FairQueue[str]) -> list[str | None]:
    jobs = []
    while job := turns.next():
        jobs.append(job.work)
    return jobs


def test_owners_take_turns_whoever_came_first():
    turns: FairQueue[str] = FairQueue(9)
    joined(turns, "a1", "a2", "a3", "b1", "c1", "b2")
    assert served(turns) == ["a1", "b1", "c1", "a2", "b2", "a3"]


def test_one_owner_is_served_in_order():
    turns: FairQueue[str] = FairQueue(9)
    joined(turns, "a1", "a2", "a3")
    assert served(turns) == ["a1", "a2", "a3"]


@pytest.mark.parametrize(
    ("there", "newcomer", "before"),
    [([], "a", 0), (["a1", "a2", "a3"], "b", 1), (["a1", "a2", "b1"], "a", 3), (["a1", "b1", "b2", "b3"], "a", 2)],
)
def test_a_newcomer_is_told_how_many_go_before_it(there, newcomer, before):
    turns: FairQueue[str] = FairQueue(9)
    joined(turns, *there)
    assert turns.join(QueuedJob(newcomer, "new"), retry_after=1.0) == before
    assert served(turns).index("new") == before


def test_when_it_is_full_who_has_most_waiting_gives_its_last_place_to_another():
    turns: FairQueue[str] = FairQueue(3)
    greedy = joined(turns, "a1", "a2", "a3")
    joined(turns, "b1")
    refusal = greedy[2].future.exception(0)
    assert isinstance(refusal, ServerError)
    assert (refusal.code, refusal.retry_after) == ("server.overloaded", 2.0)
    assert served(turns) == ["a1", "b1", "a2"]
    assert turns.in_flight == 3


def test_when_it_is_full_who_has_most_waiting_gets_no_more():
    turns: FairQueue[str] = FairQueue(3)
    joined(turns, "a1", "a2", "b1")
    with pytest.raises(ServerError):
        turns.join(QueuedJob("a", "a3"), retry_after=1.0)
    with pytest.raises(ServerError):
        turns.join(QueuedJob("b", "b2"), retry_after=1.0)


def test_who_leaves_is_passed_over_and_forgotten():
    turns: FairQueue[str] = FairQueue(9)
    jobs = joined(turns, "a1", "b1", "a2")
    turns.leave(jobs[0])
    assert (served(turns), jobs[0].work) == (["a2", "b1"], None)
