"""Reclassification: an idle backend runs marked records through its model and replaces their answers.

On PostgreSQL a record stays locked until its new answer is written (``FOR UPDATE SKIP LOCKED``). Several backends share
the work, and the locks of a failed backend are released. SQLite has no such lock: two backends may classify the same
record, with the same outcome.
"""

import logging
import threading
from collections.abc import Callable
from contextlib import nullcontext

from django.db import close_old_connections, connection, connections, transaction
from django.utils import timezone

from classifier.errors import ImageError
from classifier.history import notifications, photos, recorder, reviews
from classifier.imaging.crops import Views
from classifier.inference.worker_pool import WorkerPool
from classifier.models import Classification
from classifier.prediction import service
from classifier.prediction.result import PredictionResult
from classifier.prediction.service import ClassifyOptions

logger = logging.getLogger(__name__)

#: Records that are locked together. A batch takes less than a second.
BATCH_SIZE = 8
POLL_INTERVAL_S = 5.0
#: Pause after an error of the database or the storage. It also limits the warnings to one a minute.
PAUSE_AFTER_ERROR_S = 60.0
#: Maximum time that the shutdown waits for the current record.
STOP_TIMEOUT_S = 5


def start(pool: WorkerPool) -> Callable[[], None]:
    """Start the reclassification thread; return a function that stops it."""
    stop_requested = threading.Event()
    thread = threading.Thread(target=_run, args=(pool, stop_requested), name="reclassification", daemon=True)
    thread.start()

    def stop() -> None:
        stop_requested.set()
        thread.join(STOP_TIMEOUT_S)

    return stop


def reclassify_batch(pool: WorkerPool) -> int:
    """Reclassify up to ``BATCH_SIZE`` marked records, the newest first, while ``pool`` is idle; return their number.

    Raises the errors of the storage and the database. Records without a new answer then stay marked.
    """
    reclassified: list[Classification] = []
    has_locks = connection.features.has_select_for_update_skip_locked
    with transaction.atomic() if has_locks else nullcontext():
        marked = Classification.objects.filter(reclassification_requested_at__isnull=False).order_by("-created_at")
        for record in marked.select_for_update(skip_locked=True)[:BATCH_SIZE]:
            if pool.in_flight:
                break
            _reclassify(pool, record)
            reclassified.append(record)
    notifications.notify_owners(record.owner for record in reclassified)
    return len(reclassified)


def _run(pool: WorkerPool, stop_requested: threading.Event) -> None:
    pause_s = POLL_INTERVAL_S
    while not stop_requested.wait(pause_s):
        pause_s = POLL_INTERVAL_S
        try:
            while not stop_requested.is_set() and not pool.in_flight and reclassify_batch(pool):
                pass
        except Exception as error:  # noqa: BLE001 - the edge of the thread: the records stay marked
            pause_s, reason = PAUSE_AFTER_ERROR_S, error or type(error).__name__
            logger.warning("reclassification failed: %s; next attempt in %.0f s", reason, pause_s)
        close_old_connections()
    connections.close_all()


def _reclassify(pool: WorkerPool, record: Classification) -> None:
    """Write the new answer. If the photo cannot be classified, only remove the mark."""
    records = Classification.objects.filter(pk=record.pk)
    result = _classify_kept_photo(pool, record)
    if result is None:
        records.update(reclassification_requested_at=None)
        return
    fields = recorder.prediction_fields(result)
    opinions = reviews.carry_over_opinions(record, fields["verdict"], fields["wnid"])
    records.update(**fields, **opinions, reclassification_requested_at=None, reclassified_at=timezone.now())


def _classify_kept_photo(pool: WorkerPool, record: Classification) -> PredictionResult | None:
    """Classify with the options of the old answer; return ``None`` if the photo is missing or unreadable."""
    options = ClassifyOptions(
        views=Views(record.views), top=len(record.predictions), explain=record.heatmap is not None
    )
    try:
        with photos.open_photo(str(record.photo)) as file:
            data = file.read()
        return pool.run_unqueued(lambda engine: service.classify_image(pool.model, engine, data, options))
    except (FileNotFoundError, ImageError) as error:
        logger.warning("record %s not reclassified, its request is removed: %s", record.pk, error)
        return None
