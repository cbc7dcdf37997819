"""How an answer becomes a record: a row, then with consent its photo, then news for open pages.

The answer never waits for it: ``record`` hands over to one writer thread and returns.
"""

import logging
import threading
import time
from collections import deque
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from django.db import OperationalError, close_old_connections

from classifier import feed, photos, records, taxonomy
from classifier.answer import VERDICT, Answer, Heatmap
from classifier.models import Classification

logger = logging.getLogger(__name__)

#: Records that may wait for the store. Past it they are lost, and said so in the log.
MAX_WAITING = 1000

#: How long records gather before they are written together.
GATHER_S = 0.1

_writer = ThreadPoolExecutor(1, thread_name_prefix="history")
_keeper = ThreadPoolExecutor(1, thread_name_prefix="photos")
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
    """Returns when everything recorded before is stored or has failed, or after ``timeout_s``: the rest is lost."""
    until = time.monotonic() + timeout_s
    _hurry.set()
    try:
        for thread in (_writer, _keeper):  # the writer hands photos on to the keeper
            thread.submit(lambda: None).result(max(0, until - time.monotonic()))
    except TimeoutError:
        for thread in (_writer, _keeper):
            thread.shutdown(wait=False, cancel_futures=True)
        logger.error("the store took no records for %s s: the rest is lost", timeout_s)  # noqa: TRY400
    finally:
        _hurry.clear()


def write(entries: Sequence[Entry]) -> None:
    """Their rows; a known id keeps its row, and what was erased meanwhile stays erased. Raises ``DatabaseError``."""
    rows = [Classification(id=entry.id, **_fields(entry)) for entry in entries]
    Classification.objects.bulk_create(rows, ignore_conflicts=True)
    records.forget_late([(entry.id, entry.owner, entry.answered_at) for entry in entries])


def keep(entry: Entry) -> None:
    """Stores the photo of a recorded answer, if there is consent. Raises what the storage or the database raises."""
    if entry.answer.kept and photos.save(entry.id, entry.answer.kept):
        feed.announce([entry.owner])


def _write_pending() -> None:
    """Everything that has gathered, together: under load a row cost 3 ms of a core alone, and about 1 ms so."""
    if not _pending:
        return
    _hurry.wait(GATHER_S)
    batch = [_pending.popleft() for _ in range(len(_pending))]
    _write_batch(batch)
    close_old_connections()


def _write_batch(batch: list[Entry]) -> None:
    try:
        close_old_connections()
        write(batch)
    except OperationalError as error:
        logger.error("%d records are lost: %s", len(batch), error)  # noqa: TRY400 - the store is away; a trace adds nothing
        written = []
    except Exception:  # noqa: BLE001 - one of them is wrong: the others are not lost for it
        written = [entry for entry in batch if _write_alone(entry)]
    else:
        written = batch
    feed.announce(entry.owner for entry in written)
    for _ in range(len(batch) - len(written)):
        _places.release()
    for entry in written:
        _keeper.submit(_keep_safely, entry) if entry.answer.kept else _places.release()


def _write_alone(entry: Entry) -> bool:
    try:
        write([entry])
    except Exception:
        logger.exception("record %s is lost", entry.id)
        return False
    return True


def _keep_safely(entry: Entry) -> None:
    """On a thread of its own: a storage that is slow holds up no row."""
    try:
        close_old_connections()
        keep(entry)
    except Exception:
        logger.exception("the photo of record %s is lost", entry.id)
    finally:
        _places.release()
    close_old_connections()


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
        "group": taxonomy.top_group(answer.verdict.wnid),
        "score": answer.verdict.score,
        "squirrel": answer.squirrel.value,
        "animal": answer.animal,
        "predictions": [scored.as_json() for scored in answer.predictions],
        "model_name": answer.model_name,
        "model_version": answer.model_version,
        "views": answer.views.value,
        **asdict(answer.timings),
        "format": answer.format,
        "width": answer.width,
        "height": answer.height,
        "size": entry.size,
        "heatmap": _verdict_map(answer.heatmap) if answer.heatmap else None,
    }


def _verdict_map(heatmap: Heatmap) -> dict[str, Any]:
    return {"view_box": heatmap.view_box, "map": heatmap.maps[VERDICT]}
