"""Who is next: one job of each owner in turn, so that who brings many waits for its own and not others for it."""

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
    """One job of ``owner`` that waits; ``work`` is ``None`` once it was given up."""

    owner: Hashable
    work: Work | None
    future: "Future[object]" = field(default_factory=Future)


class FairQueue(Generic[Work]):
    """Admits ``limit`` jobs at a time, waiting and running; hands them out in turn. Any thread may use it."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._admitted = 0
        self._lines: OrderedDict[Hashable, deque[QueuedJob[Work]]] = OrderedDict()
        self._lock = threading.RLock()  # a future's callbacks come back here

    @property
    def in_flight(self) -> int:
        """Jobs that wait or run."""
        return self._admitted

    @property
    def waiting(self) -> int:
        """Jobs that wait."""
        with self._lock:
            return sum(map(len, self._lines.values()))

    def join(self, job: QueuedJob[Work], retry_after: float) -> int:
        """Puts a job behind its owner's others; how many run or go before it, as things stand.

        When all places are taken, the owner with most waiting jobs loses its last one to an owner with fewer: its
        future is ``ServerFault`` ``server.overloaded``. Raises the same for a job whose owner is that one.
        """
        with self._lock:
            if self._admitted >= self._limit:
                self._make_room(job.owner, ServerError("server.overloaded", retry_after=retry_after))
            running = self._admitted - self.waiting
            self._admitted += 1
            own = self._lines.setdefault(job.owner, deque())
            own.append(job)
            return running + self._before(job.owner, len(own) - 1)

    def next(self) -> QueuedJob[Work] | None:
        """The job whose turn it is; its owner's next turn comes after everybody else's."""
        with self._lock:
            if not self._lines:
                return None
            owner, line = next(iter(self._lines.items()))
            job = line.popleft()
            del self._lines[owner]
            if line:
                self._lines[owner] = line
            return job

    def leave(self, job: QueuedJob[Work]) -> None:
        """Takes a waiting job out and lets go of its work."""
        with self._lock:
            job.work = None
            line = self._lines.get(job.owner)
            if line and job in line:
                line.remove(job)
                if not line:
                    del self._lines[job.owner]

    def done(self) -> None:
        """A job ended, however: its place is free."""
        with self._lock:
            self._admitted -= 1

    def _before(self, owner: Hashable, behind_own: int) -> int:
        """Jobs before one that stands behind ``behind_own`` of its owner's own: as many of each other owner's, and one
        more of each whose turn comes earlier.
        """
        owners = list(self._lines)
        ahead = owners.index(owner)
        rounds = ((len(self._lines[other]), behind_own + (place < ahead)) for place, other in enumerate(owners))
        return behind_own + sum(min(pair) for place, pair in enumerate(rounds) if place != ahead)

    def _make_room(self, owner: Hashable, fault: ServerError) -> None:
        longest = max(self._lines.values(), key=len, default=deque[QueuedJob[Work]]())
        if len(longest) <= len(self._lines.get(owner, ())) + 1:
            raise fault
        last = longest.pop()
        last.work = None
        last.future.set_exception(fault)
