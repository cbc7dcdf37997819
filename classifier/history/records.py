"""Operations on stored records: find, save feedback, share, erase."""

import secrets
from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from classifier.history import notifications, photos
from classifier.models import Classification, Erasure

Records = QuerySet[Classification]

#: Records that are read or deleted together.
BATCH_SIZE = 500
#: Fields that no list shows. They are half of a record's bytes.
LARGE_FIELDS = ("predictions", "heatmap")


def of_owner(owner: UUID) -> Records:
    """Return the records of an owner, the newest first."""
    return Classification.objects.filter(owner=owner).order_by("-created_at", "-id")


def save_feedback(owner: UUID, record_id: UUID, opinion: Classification.Opinion, suggested: str) -> bool:
    """Save the first feedback on a record; return whether it was the first. ``suggested`` is a wnid or empty."""
    records = of_owner(owner).filter(id=record_id, feedback="")
    return bool(records.update(feedback=opinion, suggested=suggested, feedback_at=timezone.now()))


def share(owner: UUID, record_id: UUID, lifetime: timedelta) -> str | None:
    """Share a record for ``lifetime`` and return the key of its link; ``None`` if there is no such record.

    A link that is still valid keeps its key.
    """
    record = of_owner(owner).filter(id=record_id).only("share_key", "shared_until").first()
    if record is None:
        return None
    if not is_shared(record, record.share_key):
        record.share_key = secrets.token_urlsafe(16)
    record.shared_until = timezone.now() + lifetime
    record.save(update_fields=["share_key", "shared_until"])
    return record.share_key


def is_shared(record: Classification, key: str) -> bool:
    """Return whether a link with this key is valid."""
    has_key = bool(key) and key == record.share_key
    return has_key and record.shared_until is not None and record.shared_until > timezone.now()


def unshare(owner: UUID, record_id: UUID) -> None:
    """Revoke the link of a record."""
    of_owner(owner).filter(id=record_id).update(share_key="", shared_until=None)


def is_erased(record_id: UUID) -> bool:
    """Return whether this record was erased by its id. An erasure of all records of its owner does not count."""
    return Erasure.objects.filter(key=record_id).exists()


def erase(owner: UUID, record_id: UUID) -> int:
    """Erase a record of an owner and its photo permanently; return the number of deleted records."""
    return _erase([record_id], of_owner(owner).filter(id=record_id), [owner])


def erase_all(owner: UUID) -> int:
    """Erase all present records of an owner and their photos permanently; return the number of deleted records."""
    return _erase([owner], of_owner(owner), [owner])


def erase_any(record_ids: Collection[UUID]) -> int:
    """Erase records of any owner permanently, for staff; return the number of deleted records."""
    records = Classification.objects.filter(id__in=record_ids)
    return _erase(record_ids, records, set(records.values_list("owner", flat=True)))


def in_chunks(records: Records, size: int = BATCH_SIZE) -> Iterator[list[Classification]]:
    """Yield all records in lists of ``size``, the newest first. Each list is one short query; no cursor stays open."""
    records = records.order_by("-created_at", "-id")
    remaining = records
    while chunk := list(remaining[:size]):
        yield chunk
        last = chunk[-1]
        remaining = records.filter(created_at__lte=last.created_at).exclude(created_at=last.created_at, id__gte=last.id)


def erase_late_records(inserted: Iterable[tuple[UUID, UUID | None, datetime]]) -> None:
    """Delete inserted records (id, owner, time of the answer) that had been erased before they arrived.

    An erasure is committed before its records are deleted, and looked up after new records are committed. So the late
    record is deleted whichever of the two is committed first.
    """
    inserted = list(inserted)
    keys = {record_id for record_id, _, _ in inserted} | {owner for _, owner, _ in inserted if owner}
    erased = dict(Erasure.objects.filter(key__in=keys).values_list("key", "at"))
    late_ids = [
        record_id
        for record_id, owner, answered_at in inserted
        if record_id in erased or (owner in erased and answered_at <= erased[owner])
    ]
    if late_ids:
        delete(Classification.objects.filter(id__in=late_ids))


def delete(records: Records, batch_size: int = BATCH_SIZE) -> int:
    """Delete records in batches, and the files of each batch after its commit; return the number of deleted records."""
    deleted = 0
    while batch := list(records.values_list("id", "photo", "thumbnail")[:batch_size]):
        with transaction.atomic():
            files = [name for _, *names in batch for name in names if name]
            transaction.on_commit(_deletion(files), robust=True)
            deleted += Classification.objects.filter(id__in=[record_id for record_id, _, _ in batch]).delete()[0]
    return deleted


def _deletion(files: list[str]) -> Callable[[], None]:
    """Return a function that deletes files. Django 5.2 logs a failed callback by its name, and a partial has none."""

    def delete_files() -> None:
        photos.delete(files)

    return delete_files


def _erase(keys: Collection[UUID], records: Records, owners: Collection[UUID | None]) -> int:
    erasures = [Erasure(key=key, at=timezone.now()) for key in keys]
    Erasure.objects.bulk_create(erasures, update_conflicts=True, unique_fields=["key"], update_fields=["at"])
    deleted = delete(records)
    notifications.notify_owners(owners)
    return deleted
