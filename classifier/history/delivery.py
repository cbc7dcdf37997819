"""Delivery of spooled files to a store, on a supervised thread that retries each file until the store accepts it."""

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path

from django.db import close_old_connections, connections

from classifier.history.spool import Spool

logger = logging.getLogger(__name__)

#: Pause after a failed delivery.
RETRY_AFTER_S = 2.0
#: Interval between two searches for files of other processes.
POLL_INTERVAL_S = 60.0


class DeliveryWorker:
    """Deliver the files of one spool on one thread.

    ``deliver`` writes one file to the store and raises if the store fails. ``collect`` adds files of other processes to
    the spool; it is called at the start and every ``POLL_INTERVAL_S``.

    Files with the fewest failures come first, then the oldest. A file that the store always rejects delays no other.
    """

    def __init__(
        self, name: str, spool: Spool, deliver: Callable[[Path], None], collect: Callable[[], None] | None = None
    ) -> None:
        self._name = name
        self._spool = spool
        self._deliver = deliver
        self._collect = collect
        self._collected_at = float("-inf")
        self._failures: Counter[Path] = Counter()
        self._has_work = threading.Event()
        self._retry_now = threading.Event()
        self._idle_changed = threading.Condition()
        self._is_idle = self._is_stopped = False
        self.is_unavailable = False

    def start(self) -> None:
        """Start the thread. It delivers files of earlier processes, too."""
        threading.Thread(target=self._run, name=self._name, daemon=True).start()

    def wake(self) -> None:
        """Announce new files. If the store is unavailable, the pause before the next attempt stays."""
        with self._idle_changed:
            self._is_idle = False
        self._has_work.set()

    def wait_until_idle(self, timeout_s: float) -> bool:
        """Make an attempt now; return whether it emptied the spool or failed within ``timeout_s``."""
        self.wake()
        self._retry_now.set()
        with self._idle_changed:
            return self._idle_changed.wait_for(lambda: self._is_idle, timeout_s)

    def stop(self) -> None:
        """End the thread after its current delivery."""
        self._is_stopped = True
        self._has_work.set()
        self._retry_now.set()

    def _run(self) -> None:
        while not self._is_stopped:
            self._has_work.clear()
            self._retry_now.clear()
            self._collect_if_due()
            self._deliver_all()
            with self._idle_changed:
                self._is_idle = not self._has_work.is_set()
                self._idle_changed.notify_all()
            if self.is_unavailable:
                self._retry_now.wait(RETRY_AFTER_S)
            else:
                self._has_work.wait(POLL_INTERVAL_S)
        connections.close_all()

    def _collect_if_due(self) -> None:
        if self._collect and time.monotonic() - self._collected_at >= POLL_INTERVAL_S:
            self._collected_at = time.monotonic()
            self._attempt(self._collect)

    def _deliver_all(self) -> None:
        """Deliver files until the spool is empty or a delivery fails."""
        while not self._is_stopped and (files := self._spool.files()):
            for file in sorted(files, key=lambda file: (self._failures[file], file.name)):
                if file.exists() and not self._attempt(partial(self._deliver_and_remove, file)):
                    self._failures[file] += 1
                    return
                self._failures.pop(file, None)

    def _deliver_and_remove(self, file: Path) -> None:
        self._deliver(file)
        self._spool.remove(file)

    def _attempt(self, action: Callable[[], None]) -> bool:
        close_old_connections()
        try:
            action()
        except Exception as error:  # noqa: BLE001 - the edge of the thread: log, keep the file and retry
            if not self.is_unavailable:
                reason = error or type(error).__name__
                logger.warning("store of %s unavailable: %s; they wait in the spool", self._name, reason)
            self.is_unavailable = True
            return False
        finally:
            close_old_connections()
        if self.is_unavailable:
            logger.info("store of %s available again", self._name)
        self.is_unavailable = False
        return True
