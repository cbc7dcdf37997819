"""Old answers given anew: a backend takes records that staff marked, while nobody waits for it.

What is claimed is locked until it is written (``FOR UPDATE SKIP LOCKED``): several backends share the work, and that of
one that dies is free again. SQLite has no such lock; there two backends may do the same record, to the same end.
"""

import logging
import threading
from collections.abc import Callable
from contextlib import nullcontext

from django.db import close_old_connections, connection, transaction
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

#: Records that are locked together: for less than a second.
BATCH = 8
LOOK_EVERY_S = 5.0
#: A store that is away is not asked, and not complained of, every few seconds.
AFTER_TROUBLE_S = 60.0
#: How long the end of a process waits for the record that is being done.
STOP_WITHIN_S = 5


def start(pool: WorkerPool) -> Callable[[], None]:
    """Looks for marked records on a thread of its own; what is returned stops it."""
    ended = threading.Event()
    thread = threading.Thread(target=_look, args=(pool, ended), name="again", daemon=True)
    thread.start()

    def stop() -> None:
        ended.set()
        thread.join(STOP_WITHIN_S)

    return stop


def take(pool: WorkerPool) -> int:
    """Classifies some marked records again, if ``pool`` is idle and as long as it is; how many are done.

    Raises what the storage or the database raises; then they stay marked.
    """
    done: list[Classification] = []
    locks = connection.features.has_select_for_update_skip_locked
    with transaction.atomic() if locks else nullcontext():
        marked = Classification.objects.filter(reclassification_requested_at__isnull=False).order_by("-created_at")
        for row in marked.select_for_update(skip_locked=True)[:BATCH]:
            if pool.in_flight:
                break
            _repeat(pool, row)
            done.append(row)
    notifications.announce(row.owner for row in done)
    return len(done)


def _look(pool: WorkerPool, ended: threading.Event) -> None:
    pause = LOOK_EVERY_S
    while not ended.wait(pause):
        pause = LOOK_EVERY_S
        try:
            while not ended.is_set() and not pool.in_flight and take(pool):
                pass
        except Exception as error:  # noqa: BLE001 - whatever it was, the records are still marked
            logger.warning("records cannot be classified again now: %s", error or type(error).__name__)
            pause = AFTER_TROUBLE_S
        close_old_connections()


def _repeat(pool: WorkerPool, row: Classification) -> None:
    """Writes the new answer, or that there cannot be one."""
    rows = Classification.objects.filter(pk=row.pk)
    answer = _answer(pool, row)
    if answer is None:
        rows.update(reclassification_requested_at=None)
        return
    found = recorder.found(answer)
    said = reviews.restated(row, found["verdict"], found["wnid"])
    rows.update(**found, **said, reclassification_requested_at=None, reclassified_at=timezone.now())


def _answer(pool: WorkerPool, row: Classification) -> PredictionResult | None:
    """The answer to the kept photo, looked at as before; ``None`` where there is none to look at."""
    wish = ClassifyOptions(views=Views(row.views), top=len(row.predictions), explain=row.heatmap is not None)
    try:
        with photos.opened(str(row.photo)) as file:
            data = file.read()
        return pool.run_unqueued(lambda engine: service.classify_image(pool.model, engine, data, wish))
    except (FileNotFoundError, ImageError) as error:
        logger.warning("record %s cannot be classified again: %s", row.pk, error)
        return None
