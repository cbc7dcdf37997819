"""The recorder: stores each answer, after it was sent, as a record and, with consent, its photo.

Each record passes from memory to a spool on disk, then to the database; its photo goes to a second spool, then to the
storage. No answer waits for this. During an outage files wait in the spools, also across restarts of the process.
Records are lost only when a spool is full, when neither disk nor database accepts them, or when the machine fails.
Losses are counted and logged.
"""

import logging
import threading
import time
from collections import deque
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID, uuid5

import msgspec
from django.conf import settings
from django.db import connections

from classifier import metrics
from classifier.history import stores
from classifier.history.delivery import DeliveryWorker
from classifier.history.spool import Spool, SpoolFullError, count_records
from classifier.history.stores import RecordDraft
from classifier.models import Classification
from classifier.prediction.result import VERDICT_MAP, Heatmap, PredictionResult
from classifier.vocabulary import taxonomy

logger = logging.getLogger(__name__)

#: Records that may wait in memory. Any further record is lost.
MAX_WAITING = 1000
#: Time in which records gather for one write. Under load a record costs 3 ms of a core alone, 1 ms in a batch.
GATHER_S = 0.1
#: Share of the shutdown time that each delivery gets. The rest is for the upload of undelivered files to the bucket.
DELIVERY_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class NewRecord:
    """The result of one photo and its owner, if it has one. ``size`` is in bytes, ``answered_at`` is aware UTC."""

    id: UUID
    owner: UUID | None
    source: Classification.Source
    name: str
    size: int
    answered_at: datetime
    result: PredictionResult


def record_id(owner: UUID, job: UUID) -> UUID:
    """Return the id of the record of a job. A repeated job has the same id, and no owner can form another's id."""
    return uuid5(owner, str(job))


def record(new_record: NewRecord) -> None:
    """Queue a record for the recorder's threads; return at once."""
    _recorder().add(new_record)


def start() -> None:
    """Start the recorder's threads, which also deliver the files of earlier processes."""
    _recorder()


def shutdown(timeout_s: float) -> None:
    """Store the waiting records within ``timeout_s``; upload the rest to the bucket, if any, or leave them on disk."""
    if _recorder.cache_info().currsize:
        _recorder().shutdown(timeout_s)
        _recorder.cache_clear()


def to_draft(new_record: NewRecord) -> RecordDraft:
    """Return the fields and the photo to store."""
    result = new_record.result
    fields = {
        "id": str(new_record.id),
        "created_at": new_record.answered_at.isoformat(),
        "owner": new_record.owner and str(new_record.owner),
        "source": new_record.source.value,
        "name": new_record.name,
        **prediction_fields(result),
        **msgspec.to_builtins(result.timings),
        "format": result.format,
        "width": result.width,
        "height": result.height,
        "size": new_record.size,
    }
    return RecordDraft(fields, result.renditions)


def prediction_fields(result: PredictionResult) -> dict[str, Any]:
    """Return the fields of the answer and its model, which a reclassification replaces."""
    return {
        "verdict": result.verdict.kind.value,
        "display": result.verdict.display,
        "wnid": result.verdict.wnid,
        "group": taxonomy.top_group(result.verdict.wnid),
        "score": result.verdict.score,
        "squirrel": result.squirrel.value,
        "animal": result.animal,
        "predictions": msgspec.to_builtins(result.predictions),
        "model_name": result.model_name,
        "model_version": result.model_version,
        "views": result.views.value,
        "heatmap": _verdict_map(result.heatmap) if result.heatmap else None,
    }


class _Delivery(NamedTuple):
    """One spool with its delivery worker.

    ``kind`` names its folder on disk and in the bucket. A new name would hide the files of earlier processes.
    """

    kind: str
    spool: Spool
    worker: DeliveryWorker


class Recorder:
    """Stores records and photos: a spooler thread, a spool of each kind, and a delivery worker for each spool."""

    def __init__(self, folder: Path, max_bytes: int) -> None:
        self._pending: deque[NewRecord] = deque()
        self._has_pending, self._flush_requested = threading.Event(), threading.Event()
        self._spooled = threading.Condition()
        self._is_spooling = self._is_stopped = False
        records, photos = Spool(folder / "rows", max_bytes), Spool(folder / "photos", max_bytes)
        self._records = _Delivery("rows", records, DeliveryWorker("records", records, self._deliver_records))
        self._photos = _Delivery(
            "photos", photos, DeliveryWorker("photos", photos, self._deliver_photos, self._collect_from_bucket)
        )
        self._deliveries = (self._records, self._photos)
        for delivery in self._deliveries:
            delivery.worker.start()
        metrics.RECORDS_WAITING.set_function(lambda: records.record_count)
        metrics.PHOTOS_WAITING.set_function(lambda: photos.record_count)
        metrics.SPOOL_BYTES.set_function(lambda: records.size_bytes + photos.size_bytes)
        threading.Thread(target=self._run_spooler, name="spooler", daemon=True).start()

    def add(self, new_record: NewRecord) -> None:
        """Keep a record in memory for the spooler. If ``MAX_WAITING`` records wait there, it is lost."""
        if len(self._pending) >= MAX_WAITING:
            _count_lost(1, "SPOOL_DIR is too slow: its disk does not keep up.")
            return
        self._pending.append(new_record)
        self._has_pending.set()

    def shutdown(self, timeout_s: float) -> None:
        """Spool all pending records, deliver all spooled files, upload or report what remains, and end the threads."""
        deadline = time.monotonic() + timeout_s
        self._spool_pending(timeout_s)
        share = DELIVERY_SHARE if settings.S3_BUCKET else 1
        for delivery in self._deliveries:  # records first: their delivery spools photos
            delivery.worker.wait_until_idle(max(0.0, (deadline - time.monotonic()) * share))
            delivery.worker.stop()
        if settings.S3_BUCKET and any(delivery.spool.files() for delivery in self._deliveries):
            upload = threading.Thread(target=self._upload_to_bucket, daemon=True)
            upload.start()
            upload.join(max(0.0, deadline - time.monotonic()))
        if remaining := sum(delivery.spool.record_count for delivery in self._deliveries):
            message = "%d records or photos remain in %s; keep this folder, the next process on it delivers them"
            logger.error(message, remaining, settings.SPOOL_DIR)

    def _spool_pending(self, timeout_s: float) -> None:
        self._flush_requested.set()
        with self._spooled:
            self._spooled.wait_for(lambda: not self._pending and not self._is_spooling, timeout_s)
        self._is_stopped = True
        self._has_pending.set()

    def _run_spooler(self) -> None:
        while not self._is_stopped:
            self._has_pending.wait()
            self._has_pending.clear()
            self._flush_requested.wait(GATHER_S)
            self._is_spooling = True
            if batch := [self._pending.popleft() for _ in range(len(self._pending))]:
                self._spool_batch(batch)
            with self._spooled:
                self._is_spooling = False
                self._spooled.notify_all()

    def _spool_batch(self, batch: list[NewRecord]) -> None:
        try:
            drafts = [to_draft(new_record) for new_record in batch]
            self._spool_drafts(drafts)
        except SpoolFullError:
            _count_lost(len(batch), "SPOOL_DIR is full; raise SPOOL_MB if the disk has room.")
        except Exception as error:  # noqa: BLE001 - the edge of the thread
            _count_lost(len(batch), f"They cannot be written: {error or type(error).__name__}")

    def _spool_drafts(self, drafts: list[RecordDraft]) -> None:
        try:
            self._records.spool.put(stores.serialize(drafts), len(drafts))
        except OSError as error:
            self._insert_directly(drafts, error)
        else:
            self._records.worker.wake()

    def _insert_directly(self, drafts: list[RecordDraft], error: OSError) -> None:
        """Insert records that the disk does not accept. Raises the errors of the database."""
        logger.error("SPOOL_DIR is not writable: %s; records go directly to the database", error)
        try:
            self._spool_photos(stores.insert_records(drafts))
        finally:
            connections.close_all()

    def _deliver_records(self, file: Path) -> None:
        self._spool_photos(stores.insert_records(_read_drafts(file)))

    def _spool_photos(self, inserted: list[RecordDraft]) -> None:
        for draft in inserted:
            if not draft.renditions:
                continue
            try:
                self._photos.spool.put(stores.serialize([draft]), 1)
            except (SpoolFullError, OSError) as error:
                _count_lost(1, f"A photo cannot be spooled: {error or 'SPOOL_DIR is full; raise SPOOL_MB'}")
        self._photos.worker.wake()

    def _deliver_photos(self, file: Path) -> None:
        for draft in _read_drafts(file):
            stores.store_photo(draft)

    def _collect_from_bucket(self) -> None:
        """Take over the spool files that other backends uploaded at their shutdown."""
        if not settings.S3_BUCKET:
            return
        for delivery in self._deliveries:
            for name, content in stores.download_spool_files(delivery.kind):
                delivery.spool.adopt(name, content)
                delivery.worker.wake()

    def _upload_to_bucket(self) -> None:
        try:
            for delivery in self._deliveries:
                for file in delivery.spool.files():
                    stores.upload_spool_file(delivery.kind, file.name, file.read_bytes())
                    delivery.spool.remove(file)
        except Exception as error:  # noqa: BLE001 - the files stay on disk
            reason = error or type(error).__name__
            logger.warning("spool files not uploaded to the bucket: %s; they stay in SPOOL_DIR", reason)


@cache
def _recorder() -> Recorder:
    return Recorder(settings.SPOOL_DIR, settings.SPOOL_MB * 1024 * 1024)


def _read_drafts(file: Path) -> list[RecordDraft]:
    try:
        return stores.deserialize(file.read_bytes())
    except (ValueError, TypeError) as error:
        _count_lost(count_records(file), f"{file} is damaged: {error}")
        return []


def _count_lost(count: int, reason: str) -> None:
    metrics.LOST.inc(count)
    logger.error("Records lost: %d. %s", count, reason)


def _verdict_map(heatmap: Heatmap) -> dict[str, Any]:
    return {"view_box": heatmap.view_box, "map": heatmap.maps[VERDICT_MAP]}
