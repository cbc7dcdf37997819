"""How an answer becomes a record: into memory, onto this machine's disk, then a row, with consent a photo, and news.

The answer never waits for it, and no store that is away stops it: what is on disk waits for its store, across a restart
of the process too. Lost is what the disk has no room for, and what a machine takes along: counted, and said.
"""

import logging
import threading
import time
from collections import deque
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import msgspec
from django.conf import settings

from classifier import metrics
from classifier.history import stores
from classifier.history.delivery import DeliveryWorker
from classifier.history.spool import Spool, SpoolFullError
from classifier.history.stores import RecordDraft
from classifier.models import Classification
from classifier.prediction.result import VERDICT_MAP, Heatmap, PredictionResult
from classifier.vocabulary import taxonomy

logger = logging.getLogger(__name__)

#: Records that may wait in memory for the disk. Past it they are lost.
MAX_WAITING = 1000
#: How long records gather before they are written together: under load a row cost 3 ms of a core alone, and 1 ms so.
GATHER_S = 0.1
#: The part of the time to flush that the stores get, when what they did not take is to go into the bucket.
STORES_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class NewRecord:
    """One answer and whose it is, if anybody's. ``size`` in bytes, ``answered_at`` aware UTC."""

    id: UUID
    owner: UUID | None
    source: Classification.Source
    name: str
    size: int
    answered_at: datetime
    answer: PredictionResult


def record_id(owner: UUID, job: UUID) -> UUID:
    """The key of an owner's job: the same job is the same row, and nobody can name another's."""
    return uuid5(owner, str(job))


def record(entry: NewRecord) -> None:
    """Hands ``entry`` over; returns at once."""
    _history().take(entry)


def start() -> None:
    """Goes on with what an earlier process left."""
    _history()


def finish(timeout_s: float) -> None:
    """Returns when all is stored, or after ``timeout_s``: then it is in the bucket, if there is one, or on disk."""
    _history().finish(timeout_s)
    _history.cache_clear()


def draft(entry: NewRecord) -> RecordDraft:
    """What is to be written of an answer."""
    return RecordDraft(_fields(entry), entry.answer.renditions)


class History:
    """The way from memory to the stores: two spools, a thread before them and one behind each."""

    def __init__(self, folder: Path, max_bytes: int) -> None:
        self.rows = Spool(folder / "rows", max_bytes)
        self.photos = Spool(folder / "photos", max_bytes)
        self._pending: deque[NewRecord] = deque()
        self._came, self._hurry = threading.Event(), threading.Event()
        self._spooled = threading.Condition()
        self._busy = self._stopped = False
        self._row_conveyor = DeliveryWorker("records", self.rows, self._deliver_rows)
        self._photo_conveyor = DeliveryWorker("photos", self.photos, self._deliver_photo, self._take_over)
        for _, _, conveyor in self._kinds():
            conveyor.start()
        metrics.RECORDS_WAITING.set_function(lambda: self.rows.records)
        metrics.PHOTOS_WAITING.set_function(lambda: self.photos.records)
        metrics.SPOOL_BYTES.set_function(lambda: self.rows.size_bytes + self.photos.size_bytes)
        threading.Thread(target=self._spool_for_ever, name="spooler", daemon=True).start()

    def take(self, entry: NewRecord) -> None:
        """Into memory; at most ``MAX_WAITING`` wait there."""
        if len(self._pending) >= MAX_WAITING:
            _lose(1, "the disk does not keep up")
            return
        self._pending.append(entry)
        self._came.set()

    def finish(self, timeout_s: float) -> None:
        """See ``finish``."""
        until = time.monotonic() + timeout_s
        self._spool_pending(timeout_s)
        for _, _, conveyor in self._kinds():  # rows first: they bring photos
            share = STORES_SHARE if settings.S3_BUCKET else 1
            conveyor.wait_until_idle(max(0.0, (until - time.monotonic()) * share))
            conveyor.stop()
        if settings.S3_BUCKET and (self.rows.files() or self.photos.files()):
            leaving = threading.Thread(target=self._leave_in_bucket, daemon=True)
            leaving.start()
            leaving.join(max(0.0, until - time.monotonic()))
        if waiting := self.rows.records + self.photos.records:
            logger.error("%d records wait in %s: they are lost if it is", waiting, settings.SPOOL_DIR)

    def _spool_pending(self, timeout_s: float) -> None:
        self._hurry.set()
        with self._spooled:
            self._spooled.wait_for(lambda: not self._pending and not self._busy, timeout_s)
        self._stopped = True
        self._came.set()

    def _spool_for_ever(self) -> None:
        while not self._stopped:
            self._came.wait()
            self._came.clear()
            self._hurry.wait(GATHER_S)
            self._busy = True
            if batch := [draft(self._pending.popleft()) for _ in range(len(self._pending))]:
                self._spool_batch(batch)
            with self._spooled:
                self._busy = False
                self._spooled.notify_all()

    def _spool_batch(self, batch: list[RecordDraft]) -> None:
        try:
            self.rows.put(stores.packed(batch), len(batch))
        except SpoolFullError:
            _lose(len(batch), "SPOOL_DIR is full")
        except OSError as error:
            self._write_at_once(batch, error)
        else:
            self._row_conveyor.wake()

    def _write_at_once(self, batch: list[RecordDraft], error: OSError) -> None:
        """Without a disk there is the store, if it is there."""
        logger.error("SPOOL_DIR takes nothing: %s", error)
        try:
            self._keep_later(stores.write(batch))
        except Exception as fault:  # noqa: BLE001 - whatever is wrong with it, these are lost
            _lose(len(batch), f"neither disk nor database takes them: {fault}")

    def _deliver_rows(self, file: Path) -> None:
        self._keep_later(stores.write(_unpacked(file)))

    def _keep_later(self, written: list[RecordDraft]) -> None:
        for one in written:
            if not one.kept:
                continue
            try:
                self.photos.put(stores.packed([one]), 1)
            except (SpoolFullError, OSError) as error:
                _lose(1, f"no place for a photo: {error or 'SPOOL_DIR is full'}")
        self._photo_conveyor.wake()

    def _deliver_photo(self, file: Path) -> None:
        for one in _unpacked(file):
            stores.keep(one)

    def _take_over(self) -> None:
        """What a task that ended has left in the bucket."""
        if not settings.S3_BUCKET:
            return
        for kind, spool, conveyor in self._kinds():
            for name, content in stores.left(kind):
                spool.adopt(name, content)
                conveyor.wake()

    def _kinds(self) -> tuple[tuple[str, Spool, DeliveryWorker], ...]:
        return ("rows", self.rows, self._row_conveyor), ("photos", self.photos, self._photo_conveyor)

    def _leave_in_bucket(self) -> None:
        try:
            for kind, spool, _ in self._kinds():
                for file in spool.files():
                    stores.leave(kind, file.name, file.read_bytes())
                    spool.remove(file)
        except Exception as error:  # noqa: BLE001 - then they stay where they are
            logger.warning("the bucket takes no records either: %s", error or type(error).__name__)


@cache
def _history() -> History:
    return History(settings.SPOOL_DIR, settings.SPOOL_MB * 1024 * 1024)


def _unpacked(file: Path) -> list[RecordDraft]:
    try:
        return stores.unpacked(file.read_bytes())
    except (ValueError, TypeError) as error:
        _lose(1, f"{file} is damaged: {error}")
        return []


def _lose(records: int, why: str) -> None:
    metrics.LOST.inc(records)
    logger.error("%d records are lost: %s", records, why)


def found(answer: PredictionResult) -> dict[str, Any]:
    """What was found, by which model: the fields that a second look writes anew."""
    return {
        "verdict": answer.verdict.kind.value,
        "display": answer.verdict.display,
        "wnid": answer.verdict.wnid,
        "group": taxonomy.top_group(answer.verdict.wnid),
        "score": answer.verdict.score,
        "squirrel": answer.squirrel.value,
        "animal": answer.animal,
        "predictions": msgspec.to_builtins(answer.predictions),
        "model_name": answer.model_name,
        "model_version": answer.model_version,
        "views": answer.views.value,
        "heatmap": _verdict_map(answer.heatmap) if answer.heatmap else None,
    }


def _fields(entry: NewRecord) -> dict[str, Any]:
    answer = entry.answer
    return {
        "id": str(entry.id),
        "created_at": entry.answered_at.isoformat(),
        "owner": entry.owner and str(entry.owner),
        "source": entry.source.value,
        "name": entry.name,
        **found(answer),
        **msgspec.to_builtins(answer.timings),
        "format": answer.format,
        "width": answer.width,
        "height": answer.height,
        "size": entry.size,
    }


def _verdict_map(heatmap: Heatmap) -> dict[str, Any]:
    return {"view_box": heatmap.view_box, "map": heatmap.maps[VERDICT_MAP]}
