"""Retention: the old records, orphaned files and old erasures that a purge deletes.

A purge commits each batch on its own. It can be stopped at any time and run again, also while servers write records.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice

from django.db.models import QuerySet
from django.utils import timezone

from classifier.history import photos
from classifier.history.records import Records
from classifier.models import Classification, Erasure

#: A younger file may belong to a photo that is being stored.
MIN_ORPHAN_AGE = timedelta(hours=1)

#: A record may arrive late while the database is unavailable, or when an open page sends its job again. That takes
#: hours or days. A share link is valid for 7 days.
ERASURE_LIFETIME = timedelta(days=90)

LOOKUP_BATCH_SIZE = 500


def records_before(time: datetime) -> Records:
    """Return the records of answers before ``time``, the oldest first, which is the order of an index."""
    return Classification.objects.filter(created_at__lt=time).order_by("created_at")


def orphaned_files() -> Iterator[str]:
    """Yield the names of files that no record refers to and that are older than ``MIN_ORPHAN_AGE``.

    Raises the errors of the storage.
    """
    modified_before, files = timezone.now() - MIN_ORPHAN_AGE, photos.list_files()
    while batch := list(islice(files, LOOKUP_BATCH_SIZE)):
        records = Classification.objects.filter(id__in={record_id for _, record_id in batch})
        referenced = {name for pair in records.values_list("photo", "thumbnail") for name in pair}
        yield from (name for name, _ in batch if name not in referenced and photos.is_older_than(name, modified_before))


def old_erasures() -> QuerySet[Erasure]:
    """Return the erasures that are so old that none of their records can still arrive."""
    return Erasure.objects.filter(at__lt=timezone.now() - ERASURE_LIFETIME)
