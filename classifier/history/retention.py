"""What is old goes: rows with their files, files without a row, and the memory of what was erased.

Each batch is committed by itself: a purge may be stopped at any time and simply run again, also while others write.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice

from django.db.models import QuerySet
from django.utils import timezone

from classifier.history import photos
from classifier.history.records import Rows
from classifier.models import Classification, Erasure

#: A younger file without a row may be a photo that is just being stored.
SETTLED = timedelta(hours=1)

#: A record comes late by as long as a store is away and it waits in the spool, or a page lies open that sends its job
#: again: by hours or days, not by a season. A link that is shared lives for 7 days.
ERASURES_KEPT = timedelta(days=90)

LOOKED_UP_TOGETHER = 500


def rows(until: datetime) -> Rows:
    """What was answered before, the oldest first: in the order of an index, which deleted rows leave quick."""
    return Classification.objects.filter(created_at__lt=until).order_by("created_at")


def orphans() -> Iterator[str]:
    """Files that no row names, and that nobody is just storing. Raises what the storage raises."""
    settled, stored = timezone.now() - SETTLED, photos.stored()
    while some := list(islice(stored, LOOKED_UP_TOGETHER)):
        named = Classification.objects.filter(id__in={record for _, record in some}).values_list("photo", "thumbnail")
        known = {name for pair in named for name in pair}
        yield from (name for name, _ in some if name not in known and photos.is_older(name, settled))


def erasures() -> QuerySet[Erasure]:
    """What was erased so long ago that no record of it can still come."""
    return Erasure.objects.filter(at__lt=timezone.now() - ERASURES_KEPT)
