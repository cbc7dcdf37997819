"""Admin actions: permissions, outcomes, messages and the CSV download."""

import csv
import io
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.contrib.admin.models import LogEntry
from django.test import AsyncClient
from django.urls import reverse

from classifier.admin import actions
from classifier.history import records, reviews
from classifier.models import Classification, Erasure
from tests.classifier.admin.conftest import record_with_photo, run_action
from tests.classifier.answers import insert, new_record

LIST = "admin:classifier_classification_changelist"
FOX_SQUIRREL, CAT, CHELSEA, DOG = "n02356798", "n02121808", "n02124075", "n02084071"
ESPRESSO, MONITOR = "n07920052", "n03777568"
ACTIONS = {"mark_right", "set_truth", "request_reclassification", "export_csv", "delete_for_good"}


def offered_actions(client) -> set[str]:
    page = client.get(reverse(LIST)).content.decode()
    return {action for action in ACTIONS if f'value="{action}"' in page}


@pytest.mark.parametrize(
    ("permissions", "expected"),
    [
        (["view"], set()),
        (["view", "review"], {"mark_right", "set_truth", "request_reclassification"}),
        (["view", "export"], {"export_csv"}),
        (["view", "delete"], {"delete_for_good"}),
    ],
)
def test_each_permission_offers_its_own_actions(staff, record, permissions, expected):
    assert offered_actions(staff(*permissions)) == expected


@pytest.mark.parametrize("action", sorted(ACTIONS))
def test_staff_who_may_only_view_cannot_post_an_action(staff, record, action):
    run_action(staff("view"), action, record, sure="yes", set="Set", truth=CAT)
    after = Classification.objects.get()
    assert (after.review, after.truth, after.reclassification_requested_at) == ("", "", None)


def test_marking_as_right_stores_the_answer_as_truth_and_logs_the_user(staff, record):
    page = run_action(staff("view", "review"), "mark_right", record).content.decode()
    assert "1 marked as right." in page
    record.refresh_from_db()
    assert (record.review, record.truth) == ("right", record.wnid)
    assert LogEntry.objects.get().user.username == "view-review"


def test_marking_an_answer_without_an_animal_as_right_stores_no_truth(staff, record):
    Classification.objects.update(verdict="none", wnid=ESPRESSO)
    run_action(staff("view", "review"), "mark_right", record)
    record.refresh_from_db()
    assert (record.review, record.truth) == ("right", "")


def test_the_true_name_is_searched_then_set(staff, record):
    client = staff("view", "review")
    assert "fox squirrel" in run_action(client, "set_truth", record, text="squir").content.decode()
    record.refresh_from_db()
    assert record.truth == ""
    page = run_action(client, "set_truth", record, text="squir", truth=FOX_SQUIRREL, set="Set").content.decode()
    assert "1 marked as fox squirrel." in page
    record.refresh_from_db()
    assert (record.review, record.truth) == ("wrong", FOX_SQUIRREL)


def test_an_unknown_true_name_is_rejected(staff, record):
    response = run_action(staff("view", "review"), "set_truth", record, text="unicorn", truth="n1", set="Set")
    assert "The model knows no such name." in response.content.decode()
    record.refresh_from_db()
    assert record.truth == ""


@pytest.mark.parametrize(
    ("verdict", "wnid", "truth", "expected"),
    [
        ("species", CHELSEA, CHELSEA, True),
        ("group", CAT, CHELSEA, True),
        ("species", CHELSEA, CAT, True),
        ("group", DOG, CHELSEA, False),
        ("species", CHELSEA, ESPRESSO, False),
        ("none", ESPRESSO, MONITOR, True),
        ("none", ESPRESSO, CAT, False),
    ],
)
def test_an_answer_is_correct_if_it_contains_the_truth_or_the_truth_contains_it(verdict, wnid, truth, expected):
    assert reviews.is_correct(verdict, wnid, truth) is expected


@pytest.mark.django_db(transaction=True)
def test_deleting_asks_for_confirmation_and_then_erases_record_and_files(staff, record, media):
    client, other = staff("view", "delete"), record_with_photo()
    page = run_action(client, "delete_for_good", record).content.decode()
    assert "1 record will be deleted permanently, with photos" in page
    assert Classification.objects.count() == 2
    run_action(client, "delete_for_good", record, sure="yes")
    assert list(Classification.objects.all()) == [other]
    assert Erasure.objects.filter(key=record.pk).exists()
    remaining = {path.name.partition(".")[0] for path in Path(media).rglob("*.jpg")}
    assert remaining == {str(other.pk)}


@pytest.mark.django_db(transaction=True)
def test_deleting_a_record_on_its_own_page_needs_the_permission_and_deletes_its_files(staff, media):
    record = record_with_photo()
    url = reverse("admin:classifier_classification_delete", args=[record.pk])
    assert staff("view").post(url, {"post": "yes"}).status_code == 403
    staff("view", "delete").post(url, {"post": "yes"})
    assert not Classification.objects.exists()
    assert list(Path(media).rglob("*.jpg")) == []


def test_an_action_that_reaches_its_limit_asks_to_repeat_it(staff, db, monkeypatch):
    monkeypatch.setattr(actions, "MAX_RECORDS", 2)
    insert(*[new_record() for _ in range(3)])
    response = run_action(staff("view", "review"), "mark_right", *Classification.objects.all(), select_across="1")
    assert "2 marked as right. There may be more records: repeat the action." in response.content.decode()
    assert Classification.objects.filter(review="right").count() == 2


def test_reclassification_can_be_requested_only_for_records_with_a_photo(staff, record):
    insert(new_record())
    client = staff("view", "review")
    page = run_action(client, "request_reclassification", *Classification.objects.all()).content.decode()
    assert "Reclassification requested: 1. Records without a kept photo are left out." in page
    assert "Reclassification: 1 waiting, 0 done." in page
    assert "Nothing to reclassify" in run_action(client, "request_reclassification", record).content.decode()
    assert Classification.objects.exclude(reclassification_requested_at=None).get() == record


async def download(client: AsyncClient, *selected: Classification, query: str = "", **fields: str) -> list[list[str]]:
    data = {"action": "export_csv", "_selected_action": [str(record.pk) for record in selected], **fields}
    response: Any = await client.post(f"{reverse(LIST)}{query}", data)
    assert response.streaming, response.content
    text = b"".join([part async for part in response.streaming_content]).decode()
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))


@pytest.fixture
async def exporter(transactional_db, django_user_model):
    client = AsyncClient()
    await client.aforce_login(await django_user_model.objects.acreate_superuser("exporter"))
    return client


@pytest.mark.django_db(transaction=True)
async def test_the_download_escapes_cells_that_start_like_a_formula(exporter):
    names = ["=cmd()", "+1", "-1", "@x", "\tx", "cat.jpg"]
    await in_thread(insert, *[new_record(name=name) for name in names])
    header, *rows = await download(exporter, *await in_thread(list, Classification.objects.all()))
    cells = {row[header.index("name")] for row in rows}
    assert cells == {"'=cmd()", "'+1", "'-1", "'@x", "'\tx", "cat.jpg"}


@pytest.mark.django_db(transaction=True)
async def test_the_download_of_a_filter_contains_each_matching_record_once(exporter, monkeypatch):
    monkeypatch.setattr(records, "in_chunks", partial(records.in_chunks, size=2))
    new_records = [new_record() for _ in range(5)]
    await in_thread(insert, *new_records)
    await in_thread(Classification.objects.update, created_at=new_records[0].answered_at)
    selected = await in_thread(Classification.objects.first)
    _, *rows = await download(exporter, selected, query="?verdict__exact=species", select_across="1")
    assert sorted(row[0] for row in rows) == sorted(str(new.id) for new in new_records)
    _, *no_rows = await download(exporter, selected, query="?verdict__exact=none", select_across="1")
    assert no_rows == []


async def in_thread(function, *arguments, **keywords):
    return await sync_to_async(function)(*arguments, **keywords)
