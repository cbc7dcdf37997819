"""The stores themselves: rows into the database, photos into the storage, what waits into the bucket of all tasks."""

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
from django.db import InterfaceError, OperationalError, ProgrammingError, close_old_connections

from classifier import metrics
from classifier.history import notifications, photos, records
from classifier.models import Classification
from classifier.prediction.result import Renditions

logger = logging.getLogger(__name__)

#: The database is away, or not migrated yet: whatever is wrong, it is not this row.
AWAY = (OperationalError, InterfaceError, ProgrammingError)
#: Where a task that ends leaves what it could not store, for any other.
LEFT = "spool"


@dataclass(frozen=True, slots=True)
class RecordDraft:
    """A row that is not written yet: JSON values of its fields, and its photo if that is to be kept."""

    fields: dict[str, Any]
    kept: Renditions | None

    @property
    def id(self) -> UUID:
        return UUID(self.fields["id"])

    @property
    def owner(self) -> UUID | None:
        return UUID(self.fields["owner"]) if self.fields["owner"] else None

    @property
    def at(self) -> datetime:
        return datetime.fromisoformat(self.fields["created_at"])


def packed(drafts: Iterable[RecordDraft]) -> bytes:
    """Drafts as bytes, one a line."""
    lines = []
    for draft in drafts:
        kept = draft.kept and [base64.b64encode(jpeg).decode() for jpeg in (draft.kept.photo, draft.kept.thumbnail)]
        lines.append(json.dumps([draft.fields, kept]))
    return "\n".join(lines).encode()


def unpacked(content: bytes) -> list[RecordDraft]:
    """What was packed."""
    pairs = (json.loads(line) for line in content.splitlines())
    return [RecordDraft(fields, kept and Renditions(*map(base64.b64decode, kept))) for fields, kept in pairs]


def write(drafts: Sequence[RecordDraft]) -> list[RecordDraft]:
    """Their rows; those that were written, because one that no database takes is lost alone, and said so.

    A known id keeps its row, and what was erased meanwhile stays erased. Raises what is in ``AWAY``.
    """
    close_old_connections()
    try:
        _insert(drafts)
    except AWAY:
        raise
    except Exception:  # noqa: BLE001 - one of them is wrong: the others are not lost for it
        drafts = [draft for draft in drafts if _insert_alone(draft)]
    finally:
        close_old_connections()
    notifications.announce(draft.owner for draft in drafts)
    return list(drafts)


def keep(draft: RecordDraft) -> None:
    """Stores the photo of a written row, if there is consent. Raises what the storage or the database raises."""
    close_old_connections()
    try:
        if draft.kept and photos.save(draft.id, draft.kept):
            notifications.announce([draft.owner])
    finally:
        close_old_connections()


def leave(kind: str, name: str, content: bytes) -> None:
    """Leaves a file for any task in the bucket. Raises what the storage raises."""
    default_storage.save(f"{LEFT}/{kind}/{name}", ContentFile(content))


def left(kind: str) -> Iterator[tuple[str, bytes]]:
    """What tasks have left, each taken from the bucket once it was looked at. Raises what the storage raises."""
    for name in default_storage.listdir(f"{LEFT}/{kind}")[1]:
        path = f"{LEFT}/{kind}/{name}"
        with default_storage.open(path, "rb") as file:
            yield name, file.read()
        default_storage.delete(path)


def _insert(drafts: Sequence[RecordDraft]) -> None:
    Classification.objects.bulk_create([Classification(**draft.fields) for draft in drafts], ignore_conflicts=True)
    records.forget_late([(draft.id, draft.owner, draft.at) for draft in drafts])


def _insert_alone(draft: RecordDraft) -> bool:
    try:
        _insert([draft])
    except AWAY:
        raise
    except Exception:
        metrics.LOST.inc()
        logger.exception("record %s is lost", draft.id)
        return False
    return True
