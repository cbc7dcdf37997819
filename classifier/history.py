"""Records and kept photos: everything that touches the database and the storage.

The answer never waits for it: ``record`` hands over to one writer thread and returns.
"""

import logging
import threading
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from django.core.files.base import ContentFile
from django.db import OperationalError, close_old_connections

from classifier.answer import Answer
from classifier.models import Classification

logger = logging.getLogger(__name__)

#: Records that may wait for the store. Past it they are lost, and said so in the log.
MAX_WAITING = 1000

#: How long records gather before they are written together.
GATHER_S = 0.1

_writer = ThreadPoolExecutor(1, thread_name_prefix="history")
_places = threading.BoundedSemaphore(MAX_WAITING)
_pending: "deque[Entry]" = deque()
_hurry = threading.Event()


@dataclass(frozen=True, slots=True)
class Entry:
    """One answer and whose it is, if anybody's. ``size`` in bytes, ``answered_at`` aware UTC."""

    id: UUID
    owner: UUID | None
    source: Classification.Source
    name: str
    size: int
    answered_at: datetime
    model_name: str
    model_version: str
    answer: Answer


def record_id(owner: UUID, job: UUID) -> UUID:
    """The key of an owner's job: the same job is the same row, and nobody can name another's."""
    return uuid5(owner, str(job))


def record(entry: Entry) -> None:
    """Hands ``entry`` to the writer thread; at most ``MAX_WAITING`` wait."""
    if not _places.acquire(blocking=False):
        logger.error("history is full: record %s is lost", entry.id)
        return
    _pending.append(entry)
    _writer.submit(_write_pending)


def flush(timeout_s: float) -> None:
    """Returns when everything recorded before is written or has failed, or after ``timeout_s``: the rest is lost."""
    _hurry.set()
    try:
        _writer.submit(lambda: None).result(timeout_s)
    except TimeoutError:
        _writer.shutdown(wait=False, cancel_futures=True)
        logger.error("the store took no records for %s s: the rest is lost", timeout_s)  # noqa: TRY400
    finally:
        _hurry.clear()


def write(entry: Entry) -> None:
    """Row, then photo if it is to be kept. A known id keeps its row and may gain its photo."""
    row, _ = Classification.objects.get_or_create(id=entry.id, defaults=_fields(entry))
    if entry.answer.kept and not row.photo and row.size == entry.size:
        row.photo.save(f"{entry.id}.jpg", ContentFile(entry.answer.kept))


def _write_pending() -> None:
    """Everything that has gathered, together: under load a row cost 3 ms of a core alone, and about 1 ms so."""
    if not _pending:
        return
    _hurry.wait(GATHER_S)
    batch = [_pending.popleft() for _ in range(len(_pending))]
    close_old_connections()
    try:
        _write_batch(batch)
    finally:
        close_old_connections()
        for _ in batch:
            _places.release()


def _write_batch(batch: list[Entry]) -> None:
    plain = [entry for entry in batch if not entry.answer.kept]
    try:
        Classification.objects.bulk_create(
            [Classification(id=entry.id, **_fields(entry)) for entry in plain], ignore_conflicts=True
        )
    except OperationalError as error:
        logger.error("%d records are lost: %s", len(plain), error)  # noqa: TRY400 - the store is away; a trace adds nothing
    except Exception:
        logger.exception("%d records are lost", len(plain))
    for entry in batch:
        if entry.answer.kept:
            _write_safely(entry)


def _write_safely(entry: Entry) -> None:
    try:
        write(entry)
    except Exception:
        logger.exception("record %s is lost", entry.id)


def _fields(entry: Entry) -> dict[str, Any]:
    answer = entry.answer
    return {
        "created_at": entry.answered_at,
        "owner": entry.owner,
        "source": entry.source,
        "name": entry.name,
        "verdict": answer.verdict.kind.value,
        "display": answer.verdict.display,
        "wnid": answer.verdict.wnid,
        "score": answer.verdict.score,
        "squirrel": answer.squirrel.value,
        "animal": answer.animal,
        "predictions": [scored.as_json() for scored in answer.predictions],
        "model_name": entry.model_name,
        "model_version": entry.model_version,
        "views": answer.views.value,
        **asdict(answer.timings),
        "format": answer.format,
        "width": answer.width,
        "height": answer.height,
        "size": entry.size,
    }
