"""Records are written once, by their own thread, and a broken store stops nothing."""

import logging
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.files.storage import default_storage
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext

from classifier import metrics
from classifier.history import recorder, records
from classifier.models import Classification
from tests.classifier.answers import JPEGS, entry, keep, write


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT, settings.SPOOL_DIR = tmp_path / "media", tmp_path / "spool"
    yield settings.MEDIA_ROOT
    if recorder._history.cache_info().currsize:
        recorder.finish(10)


def lost() -> float:
    return float(metrics.LOST._value.get())


def waiting(settings) -> int:
    return len(list(settings.SPOOL_DIR.rglob("*.spool")))


@pytest.mark.django_db
def test_an_answer_becomes_a_row():
    write(entry())
    row = Classification.objects.get()
    assert (row.verdict, row.display, row.views, row.total_ms) == ("species", "Egyptian cat", "best", 10.0)
    assert row.predictions == [
        {
            "label": "Egyptian_cat",
            "display": "Egyptian cat",
            "wnid": "n02124075",
            "index": 285,
            "score": 0.91,
            "is_animal": True,
        }
    ]
    assert str(row) == "Egyptian cat (91%)"


@pytest.mark.django_db
def test_the_same_job_again_is_the_same_row():
    one = entry()
    write(one)
    write(one)
    assert Classification.objects.count() == 1


@pytest.mark.django_db
def test_without_consent_nothing_lies_in_the_storage(media):
    write(entry())
    assert list(media.rglob("*")) == []


@pytest.mark.django_db(transaction=True)
def test_consent_given_later_adds_the_photo_to_the_row(media):
    job = uuid4()
    write(entry(id=job))
    for _ in range(2):
        keep(entry(id=job, kept=JPEGS))
    files = {path.name: path.read_bytes() for path in media.rglob("*") if path.is_file()}
    assert files == {f"{job}.jpg": b"a photo", f"{job}.thumb.jpg": b"a thumbnail"}
    row = Classification.objects.get()
    assert {Path(str(row.photo)).name, Path(str(row.thumbnail)).name} == set(files)


def test_an_owner_cannot_name_anothers_record():
    job = uuid4()
    assert recorder.record_id(uuid4(), job) != recorder.record_id(uuid4(), job)


@pytest.mark.django_db(transaction=True)
def test_what_no_store_took_is_on_disk_and_written_once_by_the_next_process(settings, monkeypatch, caplog):
    def refuse(*_, **__):
        raise OperationalError("gone")

    one, two = entry(), entry(kept=JPEGS)
    with monkeypatch.context() as patch, caplog.at_level(logging.WARNING, "classifier"):
        patch.setattr(Classification.objects, "bulk_create", refuse)
        recorder.record(one)
        recorder.record(two)
        recorder.finish(10)
    assert "records wait, their store is away: gone" in caplog.text
    assert f"2 records wait in {settings.SPOOL_DIR}" in caplog.text
    recorder.start()
    recorder.finish(10)
    assert {row.id for row in Classification.objects.all()} == {one.id, two.id}
    assert Classification.objects.exclude(photo="").get().id == two.id
    assert waiting(settings) == 0


@pytest.mark.django_db(transaction=True)
def test_a_row_that_no_store_takes_is_lost_alone(caplog):
    good, bad = entry(), replace(entry(), size=2**70)
    for one in (good, bad):
        recorder.record(one)
    recorder.finish(10)
    assert Classification.objects.get().id == good.id
    assert f"record {bad.id} is lost" in caplog.text


def test_what_the_disk_has_no_room_for_is_lost_and_counted(settings, monkeypatch, caplog):
    settings.SPOOL_MB = 0
    before = lost()
    recorder.record(entry())
    recorder.finish(10)
    assert "1 records are lost: SPOOL_DIR is full" in caplog.text
    assert lost() == before + 1


@pytest.mark.django_db(transaction=True)
def test_without_a_disk_records_go_to_the_store_at_once(settings, tmp_path, caplog):
    (tmp_path / "spool").write_text("no folder")
    recorder.record(entry())
    recorder.finish(10)
    assert "SPOOL_DIR takes nothing" in caplog.text
    assert Classification.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_damaged_file_is_counted_as_lost_and_holds_up_no_other(settings, caplog):
    folder = settings.SPOOL_DIR / "rows"
    folder.mkdir(parents=True)
    (folder / f"{0:020}-damaged-1.spool").write_bytes(b"[half a li")
    recorder.record(entry())
    recorder.finish(10)
    assert "is damaged" in caplog.text
    assert (Classification.objects.count(), waiting(settings)) == (1, 0)


def test_past_its_bound_the_memory_drops_and_says_so(monkeypatch, caplog):
    monkeypatch.setattr(recorder, "MAX_WAITING", 0)
    recorder.record(entry())
    assert "1 records are lost: the disk does not keep up" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_records_that_gather_are_written_together_and_once(monkeypatch):
    one = entry()
    with CaptureQueriesContext(connection) as queries:
        write(one, entry(), one)
    assert Classification.objects.count() == 2
    assert len([query for query in queries if query["sql"].startswith("INSERT")]) == 1


@pytest.mark.django_db(transaction=True)
def test_what_was_erased_stays_erased_though_its_record_comes_late():
    owner = uuid4()
    before = entry(owner=owner)
    records.erase_all(owner)
    later = entry(owner=owner)
    write(before, later)
    assert [row.id for row in Classification.objects.all()] == [later.id]


@pytest.mark.django_db(transaction=True)
def test_a_photo_that_comes_after_its_row_was_erased_leaves_no_file(media, monkeypatch):
    owner = uuid4()
    one = entry(kept=JPEGS, owner=owner)
    write(one)
    save = default_storage.save

    def erased_meanwhile(name, content):
        records.erase(owner, one.id)
        return save(name, content)

    monkeypatch.setattr(default_storage, "save", erased_meanwhile)
    keep(one)
    assert [path for path in media.rglob("*") if path.is_file()] == []
