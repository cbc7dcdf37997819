"""Kept photos in the storage, a folder or a bucket: nobody else opens, names or deletes one."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage

from classifier.models import Classification
from classifier.prediction.result import Renditions

FOLDER = "photos"
#: What S3 takes in one request.
DELETED_AT_ONCE = 1000


def save(record: UUID, renditions: Renditions) -> bool:
    """Stores both JPEGs of a record that has none yet; whether it still wanted them. Raises what the storage raises."""
    rows = Classification.objects.filter(id=record, photo="")
    at = rows.values_list("created_at", flat=True).first()
    if at is None:
        return False
    photo, thumbnail = _names(record, at)
    default_storage.save(photo, ContentFile(renditions.photo))
    default_storage.save(thumbnail, ContentFile(renditions.thumbnail))
    if rows.update(photo=photo, thumbnail=thumbnail):
        return True
    delete([photo, thumbnail])  # erased while it was stored
    return False


def address(name: str) -> str | None:
    """A signed address of a stored file, good for ``S3_LINK_S`` seconds; ``None`` where files lie in a folder."""
    return default_storage.url(name) if settings.S3_BUCKET else None


def opened(name: str) -> "File[bytes]":
    """A stored file to read. Raises ``FileNotFoundError``."""
    return default_storage.open(name, "rb")


def delete(names: Iterable[str]) -> None:
    """Deletes files; one that is not there is as good as deleted. Raises what the storage raises."""
    wanted = [name for name in names if name]
    if settings.S3_BUCKET:
        for at in range(0, len(wanted), DELETED_AT_ONCE):
            _delete_objects(wanted[at : at + DELETED_AT_ONCE])
    else:
        for name in wanted:
            default_storage.delete(name)


def stored() -> Iterator[tuple[str, UUID]]:
    """Every stored file and the record it was kept for."""
    for year in _folders(FOLDER):
        for month in _folders(year):
            for name in default_storage.listdir(month)[1]:
                with suppress(ValueError):
                    yield f"{month}/{name}", UUID(name.partition(".")[0])


def is_older(name: str, than: datetime) -> bool:
    """Whether a stored file was there before; one that has gone meanwhile was not. Raises what the storage raises."""
    try:
        return default_storage.get_modified_time(name) < than
    except Exception:  # each storage has its own for a file that is not there
        if default_storage.exists(name):
            raise
        return False


def _delete_objects(names: list[str]) -> None:
    """In one request: Django's storages know only one for each file."""
    objects = [{"Key": name} for name in names]
    said = default_storage.bucket.delete_objects(Delete={"Objects": objects, "Quiet": True})  # type: ignore[attr-defined]
    if failed := said.get("Errors"):
        raise OSError(f"{len(failed)} of {len(names)} objects are still there: {failed[0].get('Code')}")


def _folders(parent: str) -> list[str]:
    try:
        return [f"{parent}/{name}" for name in sorted(default_storage.listdir(parent)[0])]
    except FileNotFoundError:
        return []


def _names(record: UUID, at: datetime) -> tuple[str, str]:
    stem = f"{FOLDER}/{at:%Y/%m}/{record}"
    return f"{stem}.jpg", f"{stem}.thumb.jpg"
