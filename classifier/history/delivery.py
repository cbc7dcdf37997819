"""Carries a spool's files to a store, again and again until each is there: a thread that no store can end."""

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from django.db import connections

from classifier.history.spool import Spool

logger = logging.getLogger(__name__)

#: How long a store that is away is left alone.
AGAIN_AFTER_S = 2.0
#: How often somebody else's files are looked for.
LOOK_EVERY_S = 60.0


class DeliveryWorker:
    """``deliver`` brings one file to the store, or raises whatever is wrong with the store just now.

    What failed least often goes first, then the oldest: a file that no store takes holds up no other.
    """

    def __init__(
        self, name: str, spool: Spool, deliver: Callable[[Path], None], look: Callable[[], None] | None = None
    ) -> None:
        self._name = name
        self._spool = spool
        self._deliver = deliver
        self._look = look
        self._failures: Counter[Path] = Counter()
        self._wake = threading.Event()
        self._hurry = threading.Event()
        self._rest = threading.Condition()
        self._resting = self._stopped = False
        self.is_away = False

    def start(self) -> None:
        """Begins, with what an earlier process left."""
        threading.Thread(target=self._run, name=self._name, daemon=True).start()

    def wake(self) -> None:
        """There is something to carry; a store that is away is left alone for its time all the same."""
        with self._rest:
            self._resting = False
        self._wake.set()

    def wait_until_idle(self, timeout_s: float) -> bool:
        """Whether everything that was there is delivered, or the store was found away, within ``timeout_s``."""
        self.wake()
        self._hurry.set()
        with self._rest:
            return self._rest.wait_for(lambda: self._resting, timeout_s)

    def stop(self) -> None:
        """Carries nothing more, once it has come back from where it is."""
        self._stopped = True
        self._wake.set()
        self._hurry.set()

    def _run(self) -> None:
        looked_at = float("-inf")
        while not self._stopped:
            self._wake.clear()
            self._hurry.clear()
            if self._look and time.monotonic() - looked_at >= LOOK_EVERY_S:
                looked_at = time.monotonic()
                self._safely(self._look)
            self._carry_all()
            with self._rest:
                self._resting = not self._wake.is_set()
                self._rest.notify_all()
            if self.is_away:
                self._hurry.wait(AGAIN_AFTER_S)
            else:
                self._wake.wait(LOOK_EVERY_S)
        connections.close_all()

    def _carry_all(self) -> None:
        """Until nothing is left or the store is away."""
        while not self._stopped and (files := self._spool.files()):
            for file in sorted(files, key=lambda file: (self._failures[file], file.name)):
                if file.exists() and not self._safely(lambda file=file: self._deliver(file)):  # type: ignore[misc]
                    self._failures[file] += 1
                    return
                self._failures.pop(file, None)
                self._spool.remove(file)

    def _safely(self, act: Callable[[], None]) -> bool:
        try:
            act()
        except Exception as error:  # noqa: BLE001 - the edge of the loop: the store, or what stands before it, is away
            if not self.is_away:
                logger.warning("%s wait, their store is away: %s", self._name, error or type(error).__name__)
            self.is_away = True
            return False
        if self.is_away:
            logger.info("%s: their store is back", self._name)
        self.is_away = False
        return True
