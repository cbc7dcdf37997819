"""Kept photos in the storage, which is a folder or a bucket. No other module opens, names or deletes them."""

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
#: Maximum number of objects in one DeleteObjects request of S3.
MAX_DELETED_OBJECTS = 1000


def save(record_id: UUID, renditions: Renditions) -> bool:
    """Store both JPEGs of a record; return whether they were stored. A missing record or one with a photo gets none.

    Raises the errors of the storage and of the database.
    """
    records = Classification.objects.filter(id=record_id, photo="")
    created_at = records.values_list("created_at", flat=True).first()
    if created_at is None:
        return False
    photo, thumbnail = _file_names(record_id, created_at)
    default_storage.save(photo, ContentFile(renditions.photo))
    default_storage.save(thumbnail, ContentFile(renditions.thumbnail))
    if records.update(photo=photo, thumbnail=thumbnail):
        return True
    delete([photo, thumbnail])  # the record was erased while its photo was stored
    return False


def signed_url(name: str) -> str | None:
    """Return a URL of a stored file that is valid for ``S3_LINK_S`` seconds; ``None`` if files lie in a folder."""
    return default_storage.url(name) if settings.S3_BUCKET else None


def open_photo(name: str) -> "File[bytes]":
    """Open a stored file for reading. Raises ``FileNotFoundError``."""
    return default_storage.open(name, "rb")


def delete(names: Iterable[str]) -> None:
    """Delete files and ignore missing ones and empty names. Raises the errors of the storage."""
    names = [name for name in names if name]
    if settings.S3_BUCKET:
        for start in range(0, len(names), MAX_DELETED_OBJECTS):
            _delete_objects(names[start : start + MAX_DELETED_OBJECTS])
    else:
        for name in names:
            default_storage.delete(name)


def list_files() -> Iterator[tuple[str, UUID]]:
    """Yield the name of each stored file and the id of the record that it belongs to."""
    for year in _subfolders(FOLDER):
        for month in _subfolders(year):
            for name in default_storage.listdir(month)[1]:
                with suppress(ValueError):
                    yield f"{month}/{name}", UUID(name.partition(".")[0])


def is_older_than(name: str, time: datetime) -> bool:
    """Return whether a stored file was modified before ``time``; false if it no longer exists.

    Raises the errors of the storage.
    """
    try:
        return default_storage.get_modified_time(name) < time
    except Exception:  # each storage raises its own error for a missing file
        if default_storage.exists(name):
            raise
        return False


def _delete_objects(names: list[str]) -> None:
    """Delete objects of the bucket by one request; Django's storages would send one for each file."""
    objects = [{"Key": name} for name in names]
    response = default_storage.bucket.delete_objects(Delete={"Objects": objects, "Quiet": True})  # type: ignore[attr-defined]
    if errors := response.get("Errors"):
        raise OSError(f"The bucket did not delete {len(errors)} of {len(names)} objects: {errors[0].get('Code')}")


def _subfolders(parent: str) -> list[str]:
    try:
        return [f"{parent}/{name}" for name in sorted(default_storage.listdir(parent)[0])]
    except FileNotFoundError:
        return []


def _file_names(record_id: UUID, created_at: datetime) -> tuple[str, str]:
    stem = f"{FOLDER}/{created_at:%Y/%m}/{record_id}"
    return f"{stem}.jpg", f"{stem}.thumb.jpg"
