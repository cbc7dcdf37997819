"""Tests of the reclassification of marked records by an idle backend, with their feedback and reviews."""

import asyncio
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest
from django.db import connections

from classifier.history import photos, reclassification, reviews
from classifier.inference.worker_pool import get_pool
from classifier.models import Classification
from classifier.prediction.result import Renditions
from tests.classifier.answers import insert, new_record, store_photo
from tests.classifier.history.conftest import wait_until
from tests.classifier.records import OWNER
from tests.server_process import manage, running_server

CAT, CHELSEA, DOG, ESPRESSO = "n02121808", "n02124075", "n02084071", "n07920052"

IDLE_POOL: Any = SimpleNamespace(in_flight=0)
BUSY_POOL: Any = SimpleNamespace(in_flight=1)


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def cat(chelsea):
    return Renditions(chelsea, chelsea)


def marked_record(renditions: Renditions | None, **fields) -> Classification:
    """Insert a record that an older model classified as an espresso, and mark it for reclassification."""
    new = new_record(renditions=renditions)
    insert(new)
    store_photo(new)
    older = {"wnid": ESPRESSO, "display": "espresso", "verdict": "species", "model_version": "0d51a2c7e9b4"}
    Classification.objects.filter(id=new.id).update(
        **{**older, "reclassification_requested_at": datetime.now(UTC), **fields}
    )
    return Classification.objects.get(id=new.id)


def marked_records():
    return Classification.objects.filter(reclassification_requested_at__isnull=False)


@pytest.mark.django_db
def test_a_marked_record_gets_the_answer_of_the_current_model(cat):
    before = marked_record(cat)
    assert reclassification.reclassify_batch(get_pool()) == 1
    after = Classification.objects.get()
    assert after.display in {"cat", "Egyptian cat", "tabby cat", "tiger cat"}
    assert after.model_version == get_pool().model.artifact.version
    assert (after.reclassification_requested_at, after.reclassified_at is None) == (None, False)
    unchanged = ("created_at", "owner", "name", "width", "total_ms", "photo", "heatmap", "views")
    assert [getattr(after, field) for field in unchanged] == [getattr(before, field) for field in unchanged]
    assert reclassification.reclassify_batch(get_pool()) == 0


@pytest.mark.django_db
def test_reclassification_replaces_the_heatmap_of_a_record_that_has_one(cat):
    old_heatmap = {"view_box": [0, 0, 1, 1], "map": [0.0] * 49}
    marked_record(cat, heatmap=old_heatmap)
    reclassification.reclassify_batch(get_pool())
    heatmap: Any = Classification.objects.get().heatmap
    assert heatmap != old_heatmap
    assert len(heatmap["map"]) == 49


@pytest.mark.django_db
def test_no_record_is_reclassified_while_a_job_is_in_flight(cat):
    marked_record(cat)
    assert reclassification.reclassify_batch(BUSY_POOL) == 0
    assert marked_records().exists()


@pytest.mark.django_db
def test_a_missing_or_unreadable_photo_removes_the_mark_and_keeps_the_answer(cat, caplog):
    missing = marked_record(cat)
    photos.delete([str(missing.photo)])
    marked_record(Renditions(b"no picture", b""))
    assert reclassification.reclassify_batch(get_pool()) == 2
    assert not marked_records().exists()
    assert set(Classification.objects.values_list("display", "reclassified_at")) == {("espresso", None)}
    assert f"record {missing.pk} not reclassified" in caplog.text


@pytest.mark.django_db
def test_an_unavailable_storage_keeps_the_mark(cat, monkeypatch):
    marked_record(cat)

    def fail(_: str) -> None:
        raise OSError("storage unavailable")

    monkeypatch.setattr(photos, "open_photo", fail)
    with pytest.raises(OSError, match="unavailable"):
        reclassification.reclassify_batch(get_pool())
    assert marked_records().exists()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param({}, {}, id="no opinion"),
        pytest.param(
            {"feedback": "wrong", "suggested": CAT},
            {"feedback": "right", "suggested": ""},
            id="the new answer is the suggested group",
        ),
        pytest.param(
            {"feedback": "wrong", "suggested": DOG},
            {"feedback": "wrong", "suggested": DOG},
            id="the new answer is not the suggested group",
        ),
        pytest.param(
            {"feedback": "right"}, {"feedback": "wrong", "suggested": ESPRESSO}, id="the old answer was confirmed"
        ),
        pytest.param(
            {"feedback": "wrong"},
            {"feedback": "", "suggested": "", "feedback_at": None},
            id="wrong without a suggestion is reset",
        ),
        pytest.param({"review": "wrong", "truth": CAT}, {"review": "right"}, id="the new answer is the true group"),
        pytest.param({"review": "wrong", "truth": DOG}, {"review": "wrong"}, id="the new answer is not the truth"),
    ],
)
def test_opinions_that_name_the_animal_in_the_photo_are_carried_over_to_the_new_answer(before, after):
    record = Classification(verdict="species", wnid=ESPRESSO, **before)
    assert reviews.carry_over_opinions(record, "species", CHELSEA) == after


def test_opinions_stay_if_the_new_answer_is_the_same():
    record = Classification(verdict="species", wnid=CHELSEA, feedback="wrong", review="wrong", truth=DOG)
    assert reviews.carry_over_opinions(record, "species", CHELSEA) == {}


@pytest.mark.django_db(transaction=True)
def test_the_reclassification_thread_closes_its_database_connection(cat, monkeypatch, opened_connections):
    monkeypatch.setattr(reclassification, "POLL_INTERVAL_S", 0.01)
    photos.delete([str(marked_record(cat).photo)])
    stop = reclassification.start(IDLE_POOL)
    wait_until(lambda: not marked_records().exists())
    stop()
    thread_connections = [opened for opened in opened_connections if opened is not connections["default"]]
    assert thread_connections
    assert all(opened.connection is None for opened in thread_connections)


@pytest.mark.django_db(transaction=True)
def test_the_reclassification_thread_survives_an_error_and_keeps_the_mark(cat, monkeypatch, caplog):
    monkeypatch.setattr(reclassification, "POLL_INTERVAL_S", 0.01)
    monkeypatch.setattr(reclassification, "PAUSE_AFTER_ERROR_S", 0.01)
    record = marked_record(cat)
    open_photo, errors = photos.open_photo, iter([OSError("storage unavailable"), FileNotFoundError("missing")])

    def fail_twice(name: str) -> Any:
        for error in errors:
            raise error
        return open_photo(name)

    monkeypatch.setattr(photos, "open_photo", fail_twice)
    stop = reclassification.start(IDLE_POOL)
    wait_until(lambda: not marked_records().exists())
    stop()
    assert "reclassification failed: storage unavailable" in caplog.text
    assert f"record {record.pk} not reclassified" in caplog.text


MARK_TWO = """
UPDATE classifier_classification SET reclassification_requested_at = now(), photo = 'photos/missing.jpg'
WHERE id IN (SELECT id FROM classifier_classification LIMIT 2)
"""
LOCK_ONE = "SELECT id FROM classifier_classification WHERE reclassification_requested_at IS NOT NULL LIMIT 1 FOR UPDATE"
SELECT_MARKED = "SELECT id FROM classifier_classification WHERE reclassification_requested_at IS NOT NULL"
UNMARK = "UPDATE classifier_classification SET reclassification_requested_at = NULL, photo = ''"
RECLASSIFY = """
from types import SimpleNamespace
from classifier.history import reclassification
print(reclassification.reclassify_batch(SimpleNamespace(in_flight=0)))
"""


@pytest.mark.process
def test_on_postgresql_a_backend_skips_records_that_another_one_has_locked(tmp_path, postgres):
    manage(tmp_path, "migrate", "--verbosity", "0", DATABASE_URL=postgres)
    manage(tmp_path, "seed_history", "2", "--seed", "77", DATABASE_URL=postgres)
    with psycopg.connect(postgres) as other_backend:
        other_backend.execute(MARK_TWO)
        other_backend.commit()
        locked = other_backend.execute(LOCK_ONE).fetchall()
        count = manage(tmp_path, "shell", "--no-imports", "--command", RECLASSIFY, DATABASE_URL=postgres).strip()
        still_marked = other_backend.execute(SELECT_MARKED).fetchall()
        other_backend.execute(UNMARK)
    assert count == "1"
    assert still_marked == locked


@pytest.mark.process
async def test_a_running_backend_reclassifies_a_marked_record_on_its_own(tmp_path):
    with running_server(tmp_path, KEEP_PHOTOS="always") as server:
        path = server.data_dir / "db.sqlite3"
        manage(tmp_path, "shell", "--no-imports", "--command", INSERT_MARKED.format(OWNER))
        async with asyncio.timeout(60):
            while not (versions := model_versions(path)) or versions == [("old",)]:
                await asyncio.sleep(0.05)
    assert versions == [(get_pool().model.artifact.version,)]


INSERT_MARKED = """
from uuid import UUID
from django.conf import settings
from django.utils import timezone
from classifier.models import Classification
from classifier.prediction.result import Renditions
from tests.classifier.answers import insert, new_record, store_photo
photo = (settings.PHOTOS_DIR / "chelsea.png").read_bytes()
new = new_record(owner=UUID("{}"), renditions=Renditions(photo, photo))
insert(new)
store_photo(new)
Classification.objects.update(model_version="old", reclassification_requested_at=timezone.now())
"""


def model_versions(path) -> list[tuple[str]]:
    with closing(sqlite3.connect(path)) as database:
        return database.execute("SELECT model_version FROM classifier_classification").fetchall()
