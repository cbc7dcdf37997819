"""Marked records are classified again by an idle backend, each once, and what people said of them goes along."""

import asyncio
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest

from classifier.history import photos, reclassification, reviews
from classifier.inference.worker_pool import get_pool
from classifier.models import Classification
from classifier.prediction.result import Renditions
from tests.classifier.answers import entry, keep, write
from tests.classifier.records import OWNER
from tests.server_process import manage, running_server

CAT, CHELSEA = "n02121808", "n02124075"


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def cat(chelsea):
    return Renditions(chelsea, chelsea)


def marked(kept: Renditions | None, **fields) -> Classification:
    """A record that was classified by an older model, as an espresso."""
    one = entry(kept=kept)
    write(one)
    keep(one)
    older = {"wnid": "n07920052", "display": "espresso", "verdict": "species", "model_version": "0d51a2c7e9b4"}
    Classification.objects.filter(id=one.id).update(
        **{**older, "reclassification_requested_at": datetime.now(UTC), **fields}
    )
    return Classification.objects.get(id=one.id)


@pytest.mark.django_db
def test_a_marked_record_gets_the_answer_of_this_model(cat):
    row = marked(cat)
    assert reclassification.take(get_pool()) == 1
    after = Classification.objects.get()
    assert after.display in {"cat", "Egyptian cat", "tabby cat", "tiger cat"}
    assert after.model_version == get_pool().model.artifact.version
    assert (after.reclassification_requested_at, after.reclassified_at is None) == (None, False)
    kept = ("created_at", "owner", "name", "width", "total_ms", "photo", "heatmap", "views")
    assert [getattr(after, field) for field in kept] == [getattr(row, field) for field in kept]
    assert reclassification.take(get_pool()) == 0


@pytest.mark.django_db
def test_a_map_that_was_asked_for_is_drawn_for_the_new_answer(cat):
    old = {"view_box": [0, 0, 1, 1], "map": [0.0] * 49}
    marked(cat, heatmap=old)
    reclassification.take(get_pool())
    after: Any = Classification.objects.get().heatmap
    assert after != old
    assert len(after["map"]) == 49


@pytest.mark.django_db
def test_nothing_is_taken_while_somebody_waits_for_an_answer(cat):
    marked(cat)
    busy: Any = SimpleNamespace(in_flight=1)
    assert reclassification.take(busy) == 0
    assert Classification.objects.exclude(reclassification_requested_at=None).exists()


@pytest.mark.django_db
def test_a_photo_that_is_gone_or_no_picture_ends_the_waiting(cat, caplog):
    photos.delete([str(marked(cat).photo)])
    marked(Renditions(b"no picture", b""))
    assert reclassification.take(get_pool()) == 2
    assert not Classification.objects.exclude(reclassification_requested_at=None).exists()
    assert set(Classification.objects.values_list("display", "reclassified_at")) == {("espresso", None)}


@pytest.mark.django_db
def test_a_storage_that_is_away_leaves_the_mark(cat, monkeypatch):
    marked(cat)

    def away(_: str) -> None:
        raise OSError("the storage is away")

    monkeypatch.setattr(photos, "opened", away)
    with pytest.raises(OSError, match="away"):
        reclassification.take(get_pool())
    assert Classification.objects.exclude(reclassification_requested_at=None).exists()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({}, {}),
        ({"feedback": "wrong", "suggested": CAT}, {"feedback": "right", "suggested": ""}),
        ({"feedback": "wrong", "suggested": "n02084071"}, {"feedback": "wrong", "suggested": "n02084071"}),
        ({"feedback": "right"}, {"feedback": "wrong", "suggested": "n07920052"}),
        ({"feedback": "wrong"}, {"feedback": "", "suggested": "", "feedback_at": None}),
        ({"review": "wrong", "truth": CAT}, {"review": "right"}),
        ({"review": "wrong", "truth": "n02084071"}, {"review": "wrong"}),
    ],
)
def test_what_was_said_is_said_of_the_new_answer(before, after):
    row = Classification(verdict="species", wnid="n07920052", **before)
    assert reviews.restated(row, "species", CHELSEA) == after


def test_what_was_said_holds_for_the_same_answer():
    row = Classification(verdict="species", wnid=CHELSEA, feedback="wrong", review="wrong", truth="n02084071")
    assert reviews.restated(row, "species", CHELSEA) == {}


MARK_TWO = """
UPDATE classifier_classification SET reclassification_requested_at = now()
WHERE id IN (SELECT id FROM classifier_classification LIMIT 2)
"""
LOCK_ONE = "SELECT id FROM classifier_classification WHERE reclassification_requested_at IS NOT NULL LIMIT 1 FOR UPDATE"
TAKE = """
from types import SimpleNamespace
from typing import Any
from classifier import again
again._repeat = lambda pool, row: print(row.pk)
again.take(SimpleNamespace(in_flight=0))
"""


def test_on_postgresql_two_backends_share_the_work(tmp_path, postgres):
    manage(tmp_path, "migrate", "--verbosity", "0", DATABASE_URL=postgres)
    manage(tmp_path, "seed_history", "2", "--seed", "77", DATABASE_URL=postgres)
    with psycopg.connect(postgres) as other:
        other.execute(MARK_TWO)
        other.commit()
        (locked,) = other.execute(LOCK_ONE).fetchall()
        taken = manage(tmp_path, "shell", "--no-imports", "--command", TAKE, DATABASE_URL=postgres).split()
        other.execute("UPDATE classifier_classification SET reclassification_requested_at = NULL")
    assert len(taken) == 1
    assert str(locked[0]) not in taken


async def test_a_backend_does_it_by_itself(tmp_path, chelsea):
    """With a real server on SQLite: kept, marked as the admin does, answered anew."""
    with running_server(tmp_path, KEEP_PHOTOS="always") as server:
        path = server.data_dir / "db.sqlite3"
        manage(tmp_path, "shell", "--no-imports", "--command", RECORD.format(OWNER))
        async with asyncio.timeout(60):
            while not (found := versions(path)) or found == [("old",)]:
                await asyncio.sleep(0.05)
    assert found == [(get_pool().model.artifact.version,)]


RECORD = """
from uuid import UUID
from django.conf import settings
from django.utils import timezone
from classifier.answer import Renditions
from classifier.models import Classification
from tests.classifier.answers import entry, keep, write
photo = (settings.PHOTOS_DIR / "chelsea.png").read_bytes()
one = entry(owner=UUID("{}"), kept=Renditions(photo, photo))
write(one)
keep(one)
Classification.objects.update(model_version="old", reclassification_requested_at=timezone.now())
"""


def versions(path) -> list[tuple[str]]:
    with closing(sqlite3.connect(path)) as database:
        return database.execute("SELECT model_version FROM classifier_classification").fetchall()
