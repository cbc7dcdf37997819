"""What is old goes, rows and files, in a folder and in a bucket; what is young or just being stored stays."""

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
from tests.classifier.answers import JPEGS, entry, keep, write

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(params=["folder", "bucket"])
def store(request, settings, tmp_path) -> Path:
    """Where the files of the storage lie: the S3 server keeps its bucket in a folder too."""
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


def recorded(*, days_ago: int) -> Classification:
    one = entry(kept=JPEGS)
    write(one)
    keep(one)
    Classification.objects.filter(id=one.id).update(created_at=timezone.now() - timedelta(days=days_ago))
    return Classification.objects.get(id=one.id)


def files(store: Path, record) -> list[Path]:
    return sorted(store.rglob(f"*{record}*"))


def lose(row: Classification) -> None:
    """As if the process had died between the row and its files."""
    Classification.objects.filter(id=row.pk).delete()


def age(paths: list[Path], hours: float) -> None:
    at = timezone.now().timestamp() - hours * 3600
    for path in paths:
        os.utime(path, (at, at))


def purge(*options: str, capsys) -> str:
    call_command("purge_history", "--older-than", "30d", *options)
    return capsys.readouterr().out


def test_old_rows_go_with_their_files_and_young_ones_stay(store, capsys):
    old, young = recorded(days_ago=31), recorded(days_ago=29)
    assert "deleted: 1 records" in purge(capsys=capsys)
    assert list(Classification.objects.all()) == [young]
    assert files(store, old.pk) == []
    assert len(files(store, young.pk)) == 2


def test_a_dry_run_says_what_would_go_and_takes_nothing(store, capsys):
    old, orphan = recorded(days_ago=31), recorded(days_ago=1)
    lose(orphan)
    age(files(store, orphan.pk), hours=2)
    assert "would be deleted: 1 records, 2 files without a record, 0 old" in purge("--dry-run", capsys=capsys)
    assert len(files(store, old.pk)) == len(files(store, orphan.pk)) == 2
    records.delete(Classification.objects.all())
    purge(capsys=capsys)


def test_files_without_a_row_go_but_not_those_that_are_just_stored(store, capsys):
    settled, fresh = recorded(days_ago=1), recorded(days_ago=1)
    for row in (settled, fresh):
        lose(row)
    age(files(store, settled.pk), hours=1.1)
    age(files(store, fresh.pk), hours=0.9)
    assert "2 files without a record" in purge(capsys=capsys)
    assert files(store, settled.pk) == []
    assert len(files(store, fresh.pk)) == 2
    photos.delete([str(fresh.photo), str(fresh.thumbnail)])


def test_a_file_that_its_row_does_not_name_is_an_orphan_too(store, capsys):
    row = recorded(days_ago=1)
    Classification.objects.filter(id=row.pk).update(photo="", thumbnail="")
    age(files(store, row.pk), hours=2)
    assert "2 files without a record" in purge(capsys=capsys)


def test_a_storage_that_was_away_is_made_up_for_by_the_next_run(store, capsys, monkeypatch):
    old = recorded(days_ago=31)
    age(files(store, old.pk), hours=2)
    with monkeypatch.context() as away:
        away.setattr(photos, "delete", Mock(side_effect=OSError("the storage is away")))
        with pytest.raises(OSError, match="away"):
            purge(capsys=capsys)
    assert not Classification.objects.exists()
    assert len(files(store, old.pk)) == 2
    assert "0 records, 2 files" in purge(capsys=capsys)
    assert files(store, old.pk) == []


def test_a_file_that_went_meanwhile_is_no_orphan(store):
    assert not photos.is_older(f"photos/2026/01/{uuid4()}.jpg", timezone.now())


def test_batches_stay_done_when_it_is_stopped(monkeypatch, capsys):
    write(*[entry() for _ in range(5)])
    Classification.objects.update(created_at=timezone.now() - timedelta(days=31))
    with monkeypatch.context() as stopped:
        stopped.setattr(photos, "delete", Mock(side_effect=[None, None, KeyboardInterrupt]))
        with pytest.raises(KeyboardInterrupt):
            purge("--batch", "1", capsys=capsys)
    assert Classification.objects.count() == 2
    assert "2 records" in purge(capsys=capsys)


def test_what_was_erased_long_ago_is_forgotten(capsys):
    for days in (91, 89):
        Erasure.objects.create(key=uuid4(), at=timezone.now() - timedelta(days=days))
    assert "1 old erasures" in purge(capsys=capsys)
    assert Erasure.objects.count() == 1


@pytest.mark.parametrize("wrong", ["30", "-3d", "3d --batch=0", "3d --batch=many"])
def test_a_wrong_age_or_batch_is_refused(wrong):
    with pytest.raises(CommandError):
        call_command("purge_history", "--older-than", *wrong.split())


@pytest.mark.parametrize("store", ["bucket"], indirect=True)
def test_a_thousand_files_of_a_bucket_go_in_one_request(store):
    names = [f"photos/2026/11/{uuid4()}.jpg" for _ in range(3)]
    for name in names:
        default_storage.save(name, ContentFile(b"a photo"))
    requests = []
    client = default_storage.bucket.meta.client  # type: ignore[attr-defined]
    client.meta.events.register("before-send.s3.*", lambda request, **_: requests.append(request.method))
    photos.delete([*names, "", *(f"photos/2026/11/{uuid4()}.jpg" for _ in range(997))])
    assert requests == ["POST"]
    assert not any((store / name).exists() for name in names)
