"""The recorder: each record is stored once, on its own threads, also after an outage of the stores."""

import logging
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.storage import default_storage
from django.db import OperationalError, connection, connections
from django.test.utils import CaptureQueriesContext
from prometheus_client import REGISTRY

from classifier.history import recorder, records
from classifier.models import Classification
from tests.classifier.answers import JPEGS, insert, new_record, store_photo
from tests.classifier.history.conftest import wait_until

NOT_JSON: Any = object()


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT, settings.SPOOL_DIR = tmp_path / "media", tmp_path / "spool"
    yield settings.MEDIA_ROOT
    recorder.shutdown(10)


def lost_count() -> float:
    return REGISTRY.get_sample_value("classifier_records_lost_total") or 0.0


def spooled_files(settings) -> list[Path]:
    return list(settings.SPOOL_DIR.rglob("*.spool"))


@pytest.mark.django_db
def test_a_record_contains_the_answer_and_its_predictions():
    insert(new_record())
    record = Classification.objects.get()
    assert (record.verdict, record.display, record.views, record.total_ms) == ("species", "Egyptian cat", "best", 10.0)
    assert record.predictions == [
        {
            "label": "Egyptian_cat",
            "display": "Egyptian cat",
            "wnid": "n02124075",
            "index": 285,
            "score": 0.91,
            "is_animal": True,
        }
    ]
    assert str(record) == "Egyptian cat (91%)"


@pytest.mark.django_db
def test_a_repeated_job_makes_one_record():
    new = new_record()
    insert(new)
    insert(new)
    assert Classification.objects.count() == 1


@pytest.mark.django_db
def test_without_consent_no_file_is_stored(media):
    new = new_record()
    insert(new)
    store_photo(new)
    assert list(media.rglob("*")) == []


@pytest.mark.django_db(transaction=True)
def test_consent_after_the_answer_adds_the_photo_to_the_record(media):
    job = uuid4()
    insert(new_record(id=job))
    for _ in range(2):
        store_photo(new_record(id=job, renditions=JPEGS))
    files = {path.name: path.read_bytes() for path in media.rglob("*") if path.is_file()}
    assert files == {f"{job}.jpg": b"a photo", f"{job}.thumb.jpg": b"a thumbnail"}
    record = Classification.objects.get()
    assert {Path(str(record.photo)).name, Path(str(record.thumbnail)).name} == set(files)


def test_two_owners_with_the_same_job_id_have_different_record_ids():
    job = uuid4()
    assert recorder.record_id(uuid4(), job) != recorder.record_id(uuid4(), job)


@pytest.mark.django_db(transaction=True)
def test_records_wait_on_disk_during_an_outage_and_the_next_process_stores_each_once(settings, monkeypatch, caplog):
    def fail(*_, **__):
        raise OperationalError("connection refused")

    first, second = new_record(), new_record(renditions=JPEGS)
    with monkeypatch.context() as patch, caplog.at_level(logging.WARNING, "classifier"):
        patch.setattr(Classification.objects, "bulk_create", fail)
        recorder.record(first)
        recorder.record(second)
        recorder.shutdown(10)
    assert "store of records unavailable: connection refused" in caplog.text
    assert f"2 records or photos remain in {settings.SPOOL_DIR}" in caplog.text
    recorder.start()
    recorder.shutdown(10)
    assert {record.id for record in Classification.objects.all()} == {first.id, second.id}
    assert Classification.objects.exclude(photo="").get().id == second.id
    assert spooled_files(settings) == []


@pytest.mark.django_db(transaction=True)
def test_only_the_record_that_the_database_rejects_is_lost(caplog):
    good, bad = new_record(), replace(new_record(), size=2**70)
    for new in (good, bad):
        recorder.record(new)
    recorder.shutdown(10)
    assert Classification.objects.get().id == good.id
    assert f"Records lost: 1. The database rejects record {bad.id}." in caplog.text


@pytest.mark.django_db(transaction=True)
def test_the_spooler_continues_after_a_record_that_cannot_be_serialized(caplog):
    before, good = lost_count(), new_record()
    recorder.record(replace(new_record(), size=NOT_JSON))
    wait_until(lambda: lost_count() > before)
    recorder.record(good)
    recorder.shutdown(10)
    assert Classification.objects.get().id == good.id
    assert "Records lost: 1. They cannot be written" in caplog.text


def test_records_that_do_not_fit_into_the_spool_are_lost_and_counted(settings, caplog):
    settings.SPOOL_MB = 0
    before = lost_count()
    recorder.record(new_record())
    recorder.shutdown(10)
    assert "Records lost: 1. SPOOL_DIR is full" in caplog.text
    assert lost_count() == before + 1


@pytest.mark.django_db(transaction=True)
def test_records_go_directly_to_the_database_if_the_spool_is_not_writable(tmp_path, caplog):
    (tmp_path / "spool").write_text("not a folder")
    recorder.record(new_record())
    recorder.shutdown(10)
    assert "SPOOL_DIR is not writable" in caplog.text
    assert Classification.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_damaged_spool_file_is_counted_as_lost_and_delays_no_other(settings, caplog):
    folder = settings.SPOOL_DIR / "rows"
    folder.mkdir(parents=True)
    (folder / f"{0:020}-damaged-3.spool").write_bytes(b"[half a record")
    recorder.record(new_record())
    recorder.shutdown(10)
    assert "Records lost: 3." in caplog.text
    assert "is damaged" in caplog.text
    assert (Classification.objects.count(), spooled_files(settings)) == (1, [])


def test_records_beyond_the_limit_in_memory_are_lost_and_logged(monkeypatch, caplog):
    monkeypatch.setattr(recorder, "MAX_WAITING", 0)
    recorder.record(new_record())
    assert "Records lost: 1. SPOOL_DIR is too slow" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_a_batch_of_records_is_inserted_by_one_statement_and_without_duplicates():
    repeated = new_record()
    with CaptureQueriesContext(connection) as queries:
        insert(repeated, new_record(), repeated)
    assert Classification.objects.count() == 2
    assert len([query for query in queries if query["sql"].startswith("INSERT")]) == 1


@pytest.mark.django_db(transaction=True)
def test_an_erased_record_that_arrives_late_is_not_stored_again():
    owner = uuid4()
    before = new_record(owner=owner)
    records.erase_all(owner)
    after = new_record(owner=owner)
    insert(before, after)
    assert [record.id for record in Classification.objects.all()] == [after.id]


@pytest.mark.django_db(transaction=True)
def test_a_photo_of_a_record_that_is_erased_meanwhile_leaves_no_file(media, monkeypatch):
    owner = uuid4()
    new = new_record(renditions=JPEGS, owner=owner)
    insert(new)
    save = default_storage.save

    def erase_and_save(name, content):
        records.erase(owner, new.id)
        return save(name, content)

    monkeypatch.setattr(default_storage, "save", erase_and_save)
    store_photo(new)
    assert [path for path in media.rglob("*") if path.is_file()] == []


def join_recorder_threads() -> None:
    for thread in threading.enumerate():
        if thread.name in {"spooler", "records", "photos"}:
            thread.join(10)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("disk_works", [True, False])
def test_the_recorder_threads_close_their_database_connections(opened_connections, tmp_path, disk_works):
    if not disk_works:
        (tmp_path / "spool").write_text("not a folder")
    recorder.record(new_record(renditions=JPEGS))
    recorder.shutdown(10)
    join_recorder_threads()
    thread_connections = [opened for opened in opened_connections if opened is not connections["default"]]
    assert thread_connections
    assert all(opened.connection is None for opened in thread_connections)
