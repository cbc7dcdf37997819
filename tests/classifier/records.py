"""Read the records in the SQLite database of a running server."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path
from uuid import uuid4, uuid5

OWNER = uuid4()


def read_records(server, job: str) -> list[tuple[str, str]]:
    """Return verdict and photo name of the record of a job, or an empty list."""
    with closing(sqlite3.connect(server.data_dir / "db.sqlite3")) as database:
        query = "SELECT verdict, photo FROM classifier_classification WHERE id = ?"
        return database.execute(query, [uuid5(OWNER, job).hex]).fetchall()


async def wait_for_records(server, job: str) -> list[tuple[str, str]]:
    """Wait up to 10 s for the record of a job, which is written after its answer. Return it like ``read_records``."""
    async with asyncio.timeout(10):
        while not (records := read_records(server, job)):
            await asyncio.sleep(0.01)
    return records


async def wait_for_photo(server, job: str) -> Path:
    """Wait up to 10 s for the photo of a job, which is stored after its record. Return the path of the file."""
    async with asyncio.timeout(10):
        while not any(photo for _, photo in read_records(server, job)):
            await asyncio.sleep(0.01)
    [(_, photo)] = read_records(server, job)
    return Path(server.data_dir / "media" / photo)
