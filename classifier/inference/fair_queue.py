"""Round-robin queue: one owner's backlog never delays another owner."""

import threading
from collections import OrderedDict, deque
from collections.abc import Hashable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from classifier.errors import ServerError

Work = TypeVar("Work")


@dataclass(eq=False, slots=True)
class QueuedJob(Generic[Work]):
    """A waiting job of ``owner``. ``work`` becomes ``None`` when the job starts or is removed."""

    owner: Hashable
    work: Work | None
    future: "Future[object]" = field(default_factory=Future)


class FairQueue(Generic[Work]):
    """Queue that admits at most ``limit`` jobs, waiting and running, and serves owners round-robin. Thread-safe."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._admitted = 0
        self._jobs_by_owner: OrderedDict[Hashable, deque[QueuedJob[Work]]] = OrderedDict()
        # Reentrant: setting a future's exception under the lock runs its callback, which calls release().
        self._lock = threading.RLock()

    @property
    def in_flight(self) -> int:
        """Return the number of waiting and running jobs."""
        return self._admitted

    @property
    def waiting_count(self) -> int:
        """Return the number of waiting jobs."""
        with self._lock:
            return sum(map(len, self._jobs_by_owner.values()))

    def enqueue(self, job: QueuedJob[Work], retry_after: float) -> int:
        """Append a job to its owner's jobs and return how many jobs run or precede it at this moment.

        If the queue is full and another owner has more waiting jobs than the owner of ``job`` would have, the last job
        of the longest backlog is removed: its future gets ``ServerError`` ``server.overloaded`` with ``retry_after``
        seconds. If there is no such owner, the same error is raised.
        """
        with self._lock:
            if self._admitted >= self._limit:
                self._evict(job.owner, ServerError("server.overloaded", retry_after=retry_after))
            running = self._admitted - self.waiting_count
            self._admitted += 1
            owner_jobs = self._jobs_by_owner.setdefault(job.owner, deque())
            owner_jobs.append(job)
            return running + self._count_before(job.owner, len(owner_jobs) - 1)

    def dequeue(self) -> QueuedJob[Work] | None:
        """Remove and return the next job, or ``None`` if no job waits. Its owner moves to the end of the round."""
        with self._lock:
            if not self._jobs_by_owner:
                return None
            owner, owner_jobs = self._jobs_by_owner.popitem(last=False)
            job = owner_jobs.popleft()
            if owner_jobs:
                self._jobs_by_owner[owner] = owner_jobs
            return job

    def remove(self, job: QueuedJob[Work]) -> None:
        """Remove a waiting job and drop the reference to its work."""
        with self._lock:
            job.work = None
            owner_jobs = self._jobs_by_owner.get(job.owner)
            if owner_jobs and job in owner_jobs:
                owner_jobs.remove(job)
                if not owner_jobs:
                    del self._jobs_by_owner[job.owner]

    def release(self) -> None:
        """Count an admitted job as ended, with or without success, so that another can be admitted."""
        with self._lock:
            self._admitted -= 1

    def _count_before(self, owner: Hashable, own_before: int) -> int:
        """Return how many jobs precede a job that has ``own_before`` earlier jobs of its owner.

        At most as many jobs of each other owner precede it, and one more if that owner comes earlier in the round.
        """
        owners = list(self._jobs_by_owner)
        own_index = owners.index(owner)
        backlogs = [
            (index, len(self._jobs_by_owner[other])) for index, other in enumerate(owners) if index != own_index
        ]
        return own_before + sum(min(job_count, own_before + (index < own_index)) for index, job_count in backlogs)

    def _evict(self, owner: Hashable, error: ServerError) -> None:
        """Remove the last job of the longest backlog, or raise ``error`` if ``owner`` would have no shorter one."""
        longest = max(self._jobs_by_owner.values(), key=len, default=deque[QueuedJob[Work]]())
        if len(longest) <= len(self._jobs_by_owner.get(owner, ())) + 1:
            raise error
        evicted = longest.pop()
        evicted.work = None
        evicted.future.set_exception(error)
