"""A folder of files that wait for delivery to a store. It has a size limit, and its files are written atomically."""

import threading
import time
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

SUFFIX = ".spool"


def count_records(file: Path) -> int:
    """Return the number of records in a spool file, which its name contains."""
    return int(file.stem.rpartition("-")[2])


class SpoolFullError(Exception):
    """The spool has reached its size limit."""


class Spool:
    """A folder of files with serialized records. A file name contains its time and its number of records."""

    def __init__(self, folder: Path, max_bytes: int) -> None:
        self.folder = folder
        self._max_bytes = max_bytes
        self._lock = threading.Lock()
        self._cached_bytes: int | None = None

    def put(self, content: bytes, record_count: int) -> None:
        """Write a new file. Raises ``SpoolFullError``, and ``OSError`` if the disk fails."""
        name = f"{time.time_ns():020}-{uuid4().hex[:8]}-{record_count}"
        self._write(name, content)

    def adopt(self, name: str, content: bytes) -> None:
        """Write a file from the spool of another process under the same name. Raises the errors of ``put``."""
        self._write(name.removesuffix(SUFFIX), content)

    def files(self) -> list[Path]:
        """Return all files, the oldest first."""
        return sorted(self.folder.glob(f"*{SUFFIX}"))

    def remove(self, file: Path) -> None:
        """Delete a delivered file; ignore a missing one."""
        with self._lock, suppress(FileNotFoundError):
            size = file.stat().st_size
            file.unlink()
            self._cached_bytes = max(0, self._used_bytes() - size)

    @property
    def record_count(self) -> int:
        """Return the number of records in all files."""
        return sum(count_records(file) for file in self.files())

    @property
    def size_bytes(self) -> int:
        """Return the size of all files."""
        with self._lock:
            return self._used_bytes()

    def _write(self, name: str, content: bytes) -> None:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self._lock:
            if self._used_bytes() + len(content) > self._max_bytes:
                self._cached_bytes = None  # another process may have removed files
            if self._used_bytes() + len(content) > self._max_bytes:
                raise SpoolFullError
            temporary = self.folder / f"{name}.draft"
            temporary.touch(mode=0o600)
            temporary.write_bytes(content)
            temporary.rename(self.folder / f"{name}{SUFFIX}")
            self._cached_bytes = self._used_bytes() + len(content)

    def _used_bytes(self) -> int:
        if self._cached_bytes is None:
            self._cached_bytes = sum(file.stat().st_size for file in self.files())
        return self._cached_bytes
