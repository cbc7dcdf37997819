"""What may be done with a record once it is there: find it, judge it, share it, erase it."""

import secrets
from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from classifier.history import notifications, photos
from classifier.models import Classification, Erasure

Rows = QuerySet[Classification]

#: Rows that are erased in one transaction.
BATCH = 500
#: Fields that no list shows: half of a row's bytes.
BIG = ("predictions", "heatmap")


def of(owner: UUID) -> Rows:
    """All of an owner's, the newest first."""
    return Classification.objects.filter(owner=owner).order_by("-created_at", "-id")


def judge(owner: UUID, record: UUID, opinion: Classification.Opinion, suggested: str) -> bool:
    """Notes once whether an answer was right, and the wnid of what it is instead; whether this was the first time."""
    said = of(owner).filter(id=record, feedback="")
    return bool(said.update(feedback=opinion, suggested=suggested, feedback_at=timezone.now()))


def share(owner: UUID, record: UUID, lifetime: timedelta) -> str | None:
    """A key for a link that others can open until it expires, the same as before while that holds; ``None``: no row."""
    row = of(owner).filter(id=record).only("share_key", "shared_until").first()
    if row is None:
        return None
    if not is_shared(row, row.share_key):
        row.share_key = secrets.token_urlsafe(16)
    row.shared_until = timezone.now() + lifetime
    row.save(update_fields=["share_key", "shared_until"])
    return row.share_key


def is_shared(row: Classification, key: str) -> bool:
    """Whether a link with this key still opens the record."""
    return bool(key) and key == row.share_key and row.shared_until is not None and row.shared_until > timezone.now()


def unshare(owner: UUID, record: UUID) -> None:
    """The link opens nothing any more."""
    of(owner).filter(id=record).update(share_key="", shared_until=None)


def is_erased(record: UUID) -> bool:
    """Whether this record was there and is gone for good."""
    return Erasure.objects.filter(key=record).exists()


def erase(owner: UUID, record: UUID) -> int:
    """One of an owner's, its photo with it, for good; how many there were."""
    return _erase([record], of(owner).filter(id=record), [owner])


def erase_all(owner: UUID) -> int:
    """All of an owner's up to now, their photos with them, for good; how many there were."""
    return _erase([owner], of(owner), [owner])


def erase_any(keys: Collection[UUID]) -> int:
    """Records of anybody, by staff, for good; how many there were."""
    rows = Classification.objects.filter(id__in=keys)
    return _erase(keys, rows, set(rows.values_list("owner", flat=True)))


def in_chunks(rows: Rows, size: int = BATCH) -> Iterator[list[Classification]]:
    """All of ``rows``, the newest first, each chunk by a short query of its own: no cursor stays open meanwhile."""
    rows = rows.order_by("-created_at", "-id")
    older = rows
    while chunk := list(older[:size]):
        yield chunk
        last = chunk[-1]
        older = rows.filter(created_at__lte=last.created_at).exclude(created_at=last.created_at, id__gte=last.id)


def forget_late(written: Iterable[tuple[UUID, UUID | None, datetime]]) -> None:
    """Erases again what was written (id, owner, time of the answer) after its owner had it erased.

    The erasure is committed before its rows are deleted and looked up after new ones are committed, so whichever
    comes first, one of the two sees the other.
    """
    written = list(written)
    keys = {record for record, _, _ in written} | {owner for _, owner, _ in written if owner}
    erased = dict(Erasure.objects.filter(key__in=keys).values_list("key", "at"))
    late = [record for record, owner, at in written if record in erased or (owner in erased and at <= erased[owner])]
    if late:
        delete(Classification.objects.filter(id__in=late))


def delete(rows: Rows, batch: int = BATCH) -> int:
    """Rows in batches, each one's files once its row is gone for good; how many there were."""
    deleted = 0
    while some := list(rows.values_list("id", "photo", "thumbnail")[:batch]):
        with transaction.atomic():
            files = [name for _, *names in some for name in names if name]
            transaction.on_commit(_deletion(files), robust=True)
            deleted += Classification.objects.filter(id__in=[record for record, _, _ in some]).delete()[0]
    return deleted


def _deletion(files: list[str]) -> Callable[[], None]:
    """A function, because Django logs one that fails by its name, which a ``partial`` has not (Django 5.2)."""

    def delete_files() -> None:
        photos.delete(files)

    return delete_files


def _erase(keys: Collection[UUID], rows: Rows, owners: Collection[UUID | None]) -> int:
    erasures = [Erasure(key=key, at=timezone.now()) for key in keys]
    Erasure.objects.bulk_create(erasures, update_conflicts=True, unique_fields=["key"], update_fields=["at"])
    deleted = delete(rows)
    notifications.announce(owners)
    return deleted
