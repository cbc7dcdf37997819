"""The purge deletes old records, orphaned files and old erasures, in a folder and in a bucket."""

import os
from datetime import timedelta
from pathlib import Path
from unittest.mock import Mock
from uuid import uuid4

import pytest
from botocore.config import Config
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.utils import timezone

from classifier.history import photos, records
from classifier.models import Classification, Erasure
from tests.classifier.answers import JPEGS, insert, new_record, store_photo

pytestmark = pytest.mark.django_db(transaction=True)

BUCKET = pytest.param("bucket", marks=pytest.mark.process)


@pytest.fixture(params=["folder", BUCKET])
def store(request, settings, tmp_path) -> Path:
    """Configure a storage and return the folder of its files. The S3 server keeps its bucket in a folder, too."""
    if request.param == "folder":
        settings.MEDIA_ROOT = tmp_path
        return tmp_path
    s3 = request.getfixturevalue("s3")
    settings.S3_BUCKET = s3.name
    config = Config(signature_version="s3v4", s3={"addressing_style": "path"})
    options = {"bucket_name": s3.name, "endpoint_url": s3.endpoint, "client_config": config}
    keys = {"access_key": s3.access_key, "secret_key": s3.secret_key, "region_name": "eu-central-1"}
    settings.STORAGES = settings.STORAGES | {
        "default": {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": {**options, **keys}}
    }
    return s3.server.folder / "buckets" / s3.name


def stored_record(*, days_ago: int) -> Classification:
    new = new_record(renditions=JPEGS)
    insert(new)
    store_photo(new)
    Classification.objects.filter(id=new.id).update(created_at=timezone.now() - timedelta(days=days_ago))
    return Classification.objects.get(id=new.id)


def files_of(store: Path, record: Classification) -> list[Path]:
    return sorted(store.rglob(f"*{record.pk}*"))


def delete_record_only(record: Classification) -> None:
    """Delete a record but not its files, as if the process had been killed in between."""
    Classification.objects.filter(id=record.pk).delete()


def set_age(paths: list[Path], hours: float) -> None:
    modified_at = timezone.now().timestamp() - hours * 3600
    for path in paths:
        os.utime(path, (modified_at, modified_at))


def purge(*options: str, capsys) -> str:
    call_command("purge_history", "--older-than", "30d", *options)
    return capsys.readouterr().out


def test_purge_deletes_old_records_with_their_files_and_keeps_young_ones(store, capsys):
    old, young = stored_record(days_ago=31), stored_record(days_ago=29)
    assert "deleted: 1 records" in purge(capsys=capsys)
    assert list(Classification.objects.all()) == [young]
    assert files_of(store, old) == []
    assert len(files_of(store, young)) == 2


def test_a_dry_run_counts_but_deletes_nothing(store, capsys):
    old, orphan = stored_record(days_ago=31), stored_record(days_ago=1)
    delete_record_only(orphan)
    set_age(files_of(store, orphan), hours=2)
    assert "would be deleted: 1 records, 2 files without a record, 0 old" in purge("--dry-run", capsys=capsys)
    assert len(files_of(store, old)) == len(files_of(store, orphan)) == 2
    records.delete(Classification.objects.all())
    purge(capsys=capsys)


def test_purge_deletes_orphaned_files_unless_they_are_younger_than_an_hour(store, capsys):
    old, young = stored_record(days_ago=1), stored_record(days_ago=1)
    for record in (old, young):
        delete_record_only(record)
    set_age(files_of(store, old), hours=1.1)
    set_age(files_of(store, young), hours=0.9)
    assert "2 files without a record" in purge(capsys=capsys)
    assert files_of(store, old) == []
    assert len(files_of(store, young)) == 2
    photos.delete([str(young.photo), str(young.thumbnail)])


def test_purge_deletes_files_that_their_record_does_not_name(store, capsys):
    record = stored_record(days_ago=1)
    Classification.objects.filter(id=record.pk).update(photo="", thumbnail="")
    set_age(files_of(store, record), hours=2)
    assert "2 files without a record" in purge(capsys=capsys)


def test_the_next_purge_deletes_the_files_that_an_unavailable_storage_kept(store, capsys, monkeypatch):
    old = stored_record(days_ago=31)
    set_age(files_of(store, old), hours=2)
    with monkeypatch.context() as outage:
        outage.setattr(photos, "delete", Mock(side_effect=OSError("storage unavailable")))
        with pytest.raises(OSError, match="unavailable"):
            purge(capsys=capsys)
    assert not Classification.objects.exists()
    assert len(files_of(store, old)) == 2
    assert "0 records, 2 files" in purge(capsys=capsys)
    assert files_of(store, old) == []


def test_a_file_that_no_longer_exists_is_not_older_than_any_time(store):
    assert not photos.is_older_than(f"photos/2026/01/{uuid4()}.jpg", timezone.now())


def test_a_stopped_purge_keeps_the_batches_that_it_has_committed(monkeypatch, capsys):
    insert(*[new_record() for _ in range(5)])
    Classification.objects.update(created_at=timezone.now() - timedelta(days=31))
    with monkeypatch.context() as stopped:
        stopped.setattr(photos, "delete", Mock(side_effect=[None, None, KeyboardInterrupt]))
        with pytest.raises(KeyboardInterrupt):
            purge("--batch", "1", capsys=capsys)
    assert Classification.objects.count() == 2
    assert "2 records" in purge(capsys=capsys)


def test_purge_deletes_erasures_after_90_days(capsys):
    for days in (91, 89):
        Erasure.objects.create(key=uuid4(), at=timezone.now() - timedelta(days=days))
    assert "1 old erasures" in purge(capsys=capsys)
    assert Erasure.objects.count() == 1


@pytest.mark.parametrize("arguments", ["30", "-3d", "3d --batch=0", "3d --batch=many"])
def test_purge_rejects_an_invalid_age_or_batch_size(arguments):
    with pytest.raises(CommandError):
        call_command("purge_history", "--older-than", *arguments.split())


@pytest.mark.parametrize("store", [BUCKET], indirect=True)
def test_up_to_1000_files_of_a_bucket_are_deleted_by_one_request(store):
    names = [f"photos/2026/11/{uuid4()}.jpg" for _ in range(3)]
    for name in names:
        default_storage.save(name, ContentFile(b"a photo"))
    requests = []
    client = default_storage.bucket.meta.client  # type: ignore[attr-defined]
    client.meta.events.register("before-send.s3.*", lambda request, **_: requests.append(request.method))
    photos.delete([*names, "", *(f"photos/2026/11/{uuid4()}.jpg" for _ in range(997))])
    assert requests == ["POST"]
    assert not any((store / name).exists() for name in names)
