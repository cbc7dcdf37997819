"""Writing to the stores: records to the database, photos to the storage, undelivered spool files to the bucket."""

import base64
import json
import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import InterfaceError, OperationalError, ProgrammingError

from classifier import metrics
from classifier.history import notifications, photos, records
from classifier.models import Classification
from classifier.prediction.result import Renditions

logger = logging.getLogger(__name__)

#: Errors of a database that is unavailable or not migrated yet. They are not the fault of one record.
DATABASE_UNAVAILABLE = (OperationalError, InterfaceError, ProgrammingError)
#: Folder of the bucket in which a backend leaves its undelivered spool files for other backends.
BUCKET_FOLDER = "spool"


@dataclass(frozen=True, slots=True)
class RecordDraft:
    """A record before it is written: its fields as JSON values, and its photo if it is kept."""

    fields: dict[str, Any]
    renditions: Renditions | None

    @property
    def id(self) -> UUID:
        return UUID(self.fields["id"])

    @property
    def owner(self) -> UUID | None:
        return UUID(self.fields["owner"]) if self.fields["owner"] else None

    @property
    def created_at(self) -> datetime:
        return datetime.fromisoformat(self.fields["created_at"])


def serialize(drafts: Iterable[RecordDraft]) -> bytes:
    """Return drafts as JSON Lines: ``[fields, [photo, thumbnail] or null]``, the JPEGs in Base64."""
    lines = []
    for draft in drafts:
        jpegs = draft.renditions and (draft.renditions.photo, draft.renditions.thumbnail)
        encoded = jpegs and [base64.b64encode(jpeg).decode() for jpeg in jpegs]
        lines.append(json.dumps([draft.fields, encoded]))
    return "\n".join(lines).encode()


def deserialize(content: bytes) -> list[RecordDraft]:
    """Return the drafts in ``content``. Raises ``ValueError`` or ``TypeError`` if it is damaged."""
    pairs = (json.loads(line) for line in content.splitlines())
    return [RecordDraft(fields, jpegs and Renditions(*map(base64.b64decode, jpegs))) for fields, jpegs in pairs]


def insert_records(drafts: Sequence[RecordDraft]) -> list[RecordDraft]:
    """Insert records, notify their owners and return the drafts whose records are stored.

    A record that the database rejects is lost; the others are stored. Existing records stay as they are, and erased
    records are not stored again. Raises the errors in ``DATABASE_UNAVAILABLE``.
    """
    try:
        _insert(drafts)
    except DATABASE_UNAVAILABLE:
        raise
    except Exception:  # noqa: BLE001 - one record is invalid: insert the others
        drafts = [draft for draft in drafts if _insert_or_lose(draft)]
    notifications.notify_owners(draft.owner for draft in drafts)
    return list(drafts)


def store_photo(draft: RecordDraft) -> None:
    """Store the photo of an inserted record, if it has one. Raises the errors of the storage and the database."""
    if draft.renditions and photos.save(draft.id, draft.renditions):
        notifications.notify_owners([draft.owner])


def upload_spool_file(kind: str, name: str, content: bytes) -> None:
    """Leave a spool file in the bucket for any backend. Raises the errors of the storage."""
    default_storage.save(f"{BUCKET_FOLDER}/{kind}/{name}", ContentFile(content))


def download_spool_files(kind: str) -> Iterator[tuple[str, bytes]]:
    """Yield name and content of each spool file in the bucket, and delete it there when the next one is requested.

    Raises the errors of the storage.
    """
    for name in default_storage.listdir(f"{BUCKET_FOLDER}/{kind}")[1]:
        path = f"{BUCKET_FOLDER}/{kind}/{name}"
        with default_storage.open(path, "rb") as file:
            yield name, file.read()
        default_storage.delete(path)


def _insert(drafts: Sequence[RecordDraft]) -> None:
    Classification.objects.bulk_create([Classification(**draft.fields) for draft in drafts], ignore_conflicts=True)
    records.erase_late_records([(draft.id, draft.owner, draft.created_at) for draft in drafts])


def _insert_or_lose(draft: RecordDraft) -> bool:
    try:
        _insert([draft])
    except DATABASE_UNAVAILABLE:
        raise
    except Exception:
        metrics.LOST.inc()
        logger.exception("Records lost: 1. The database rejects record %s.", draft.id)
        return False
    return True
