"""Records are written once, by their own thread, and a broken store stops nothing."""

import logging
from uuid import uuid4

import pytest
from django.db import DatabaseError

from classifier import history
from classifier.models import Classification
from tests.classifier.answers import entry


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.mark.django_db
def test_an_answer_becomes_a_row():
    history.write(entry())
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
    history.write(one)
    history.write(one)
    assert Classification.objects.count() == 1


@pytest.mark.django_db
def test_without_consent_nothing_lies_in_the_storage(media):
    history.write(entry())
    assert list(media.rglob("*")) == []


@pytest.mark.django_db
def test_consent_given_later_adds_the_photo_to_the_row(media):
    job = uuid4()
    history.write(entry(id=job))
    history.write(entry(id=job, kept=b"jpeg"))
    history.write(entry(id=job, kept=b"jpeg"))
    [file] = [path for path in media.rglob("*") if path.is_file()]
    assert (file.name, file.read_bytes()) == (f"{job}.jpg", b"jpeg")
    assert str(Classification.objects.get().photo).endswith(file.name)


def test_an_owner_cannot_name_anothers_record():
    job = uuid4()
    assert history.record_id(uuid4(), job) != history.record_id(uuid4(), job)


def test_a_broken_store_loses_one_record_and_says_so(monkeypatch, caplog):
    def refuse(*_, **__):
        raise DatabaseError("gone")

    monkeypatch.setattr(Classification.objects, "bulk_create", refuse)
    with caplog.at_level(logging.ERROR, "classifier.history"):
        history.record(entry())
        history.flush(10)
    assert "1 records are lost" in caplog.text


def test_past_its_bound_the_history_drops_and_says_so(monkeypatch, caplog):
    monkeypatch.setattr(history._places, "acquire", lambda *, blocking: False)
    history.record(entry())
    assert "history is full" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_records_that_gather_are_written_together_and_once():
    one = entry()
    history._write_batch([one, entry(), one, entry(kept=b"jpeg")])
    assert Classification.objects.count() == 3
    assert Classification.objects.exclude(photo="").count() == 1
