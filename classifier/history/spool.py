"""What is on its way to a store, as files of this machine: whole or not there, bounded, the oldest first."""

import threading
import time
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

SUFFIX = ".spool"


class SpoolFullError(Exception):
    """There is no room for more: it would be lost with the machine's disk instead."""


class Spool:
    """A folder of files, each with some records in it. Their names tell their age and how many records they hold."""

    def __init__(self, folder: Path, max_bytes: int) -> None:
        self.folder = folder
        self._max_bytes = max_bytes
        self._lock = threading.Lock()
        self._bytes: int | None = None

    def put(self, content: bytes, records: int) -> None:
        """Raises ``SpoolFullError``, or ``OSError`` when the disk takes nothing."""
        name = f"{time.time_ns():020}-{uuid4().hex[:8]}-{records}"
        self._take_in(name, content)

    def adopt(self, name: str, content: bytes) -> None:
        """Puts a file of another machine's spool into this one, under its own name. Raises as ``put`` does."""
        self._take_in(name.removesuffix(SUFFIX), content)

    def files(self) -> list[Path]:
        """All of them, the oldest first."""
        return sorted(self.folder.glob(f"*{SUFFIX}"))

    def remove(self, file: Path) -> None:
        """It is where it should be: no longer here."""
        with self._lock, suppress(FileNotFoundError):
            size = file.stat().st_size
            file.unlink()
            self._bytes = max(0, self._used() - size)

    @property
    def records(self) -> int:
        """How many records wait here."""
        return sum(int(file.stem.rpartition("-")[2]) for file in self.files())

    @property
    def size_bytes(self) -> int:
        """How much of the disk they take."""
        with self._lock:
            return self._used()

    def _take_in(self, name: str, content: bytes) -> None:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self._lock:
            if self._used() + len(content) > self._max_bytes:
                self._bytes = None  # another process may have emptied it
            if self._used() + len(content) > self._max_bytes:
                raise SpoolFullError
            draft = self.folder / f"{name}.draft"
            draft.touch(mode=0o600)
            draft.write_bytes(content)
            draft.rename(self.folder / f"{name}{SUFFIX}")
            self._bytes = self._used() + len(content)

    def _used(self) -> int:
        if self._bytes is None:
            self._bytes = sum(file.stat().st_size for file in self.files())
        return self._bytes
