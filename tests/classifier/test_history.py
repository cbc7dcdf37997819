"""Records are written once, by their own thread, and a broken store stops nothing."""

import logging
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.files.storage import default_storage
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext

from classifier import history, records
from classifier.models import Classification
from tests.classifier.answers import JPEGS, entry


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.mark.django_db
def test_an_answer_becomes_a_row():
    history.write([entry()])
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
    history.write([one])
    history.write([one])
    assert Classification.objects.count() == 1


@pytest.mark.django_db
def test_without_consent_nothing_lies_in_the_storage(media):
    history.write([entry()])
    assert list(media.rglob("*")) == []


@pytest.mark.django_db(transaction=True)
def test_consent_given_later_adds_the_photo_to_the_row(media):
    job = uuid4()
    history.write([entry(id=job)])
    for _ in range(2):
        history.keep(entry(id=job, kept=JPEGS))
    files = {path.name: path.read_bytes() for path in media.rglob("*") if path.is_file()}
    assert files == {f"{job}.jpg": b"a photo", f"{job}.thumb.jpg": b"a thumbnail"}
    row = Classification.objects.get()
    assert {Path(str(row.photo)).name, Path(str(row.thumbnail)).name} == set(files)


def test_an_owner_cannot_name_anothers_record():
    job = uuid4()
    assert history.record_id(uuid4(), job) != history.record_id(uuid4(), job)


@pytest.mark.django_db(transaction=True)
def test_a_store_that_is_away_loses_the_batch_and_says_so(monkeypatch, caplog):
    def refuse(*_, **__):
        raise OperationalError("gone")

    monkeypatch.setattr(Classification.objects, "bulk_create", refuse)
    with caplog.at_level(logging.ERROR, "classifier.history"):
        history.record(entry())
        history.flush(10)
    assert "1 records are lost: gone" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_a_row_that_no_store_takes_is_lost_alone(caplog):
    good, bad = entry(), replace(entry(), size=2**70)
    for one in (good, bad):
        history.record(one)
    history.flush(10)
    assert Classification.objects.get().id == good.id
    assert f"record {bad.id} is lost" in caplog.text


def test_past_its_bound_the_history_drops_and_says_so(monkeypatch, caplog):
    monkeypatch.setattr(history._places, "acquire", lambda *, blocking: False)
    history.record(entry())
    assert "history is full" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_records_that_gather_are_written_together_and_once(monkeypatch):
    one = entry()
    with CaptureQueriesContext(connection) as queries:
        history.write([one, entry(), one])
    assert Classification.objects.count() == 2
    assert len([query for query in queries if query["sql"].startswith("INSERT")]) == 1


@pytest.mark.django_db(transaction=True)
def test_what_was_erased_stays_erased_though_its_record_comes_late():
    owner = uuid4()
    before = entry(owner=owner)
    records.erase_all(owner)
    later = entry(owner=owner)
    history.write([before, later])
    assert [row.id for row in Classification.objects.all()] == [later.id]


@pytest.mark.django_db(transaction=True)
def test_a_photo_that_comes_after_its_row_was_erased_leaves_no_file(media, monkeypatch):
    owner = uuid4()
    one = entry(kept=JPEGS, owner=owner)
    history.write([one])
    save = default_storage.save

    def erased_meanwhile(name, content):
        records.erase(owner, one.id)
        return save(name, content)

    monkeypatch.setattr(default_storage, "save", erased_meanwhile)
    history.keep(one)
    assert [path for path in media.rglob("*") if path.is_file()] == []
