"""What staff may do with records, each with the right to it, and nobody else."""

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
from tests.classifier.admin.conftest import act, kept
from tests.classifier.answers import entry, write

LIST = "admin:classifier_classification_changelist"
FOX_SQUIRREL, CAT, DOG = "n02356798", "n02121808", "n02084071"
NAMES = {"mark_right", "set_truth", "classify_again", "export_csv", "delete_for_good"}


def offered(client) -> set[str]:
    page = client.get(reverse(LIST)).content.decode()
    return {name for name in NAMES if f'value="{name}"' in page}


@pytest.mark.parametrize(
    ("rights", "names"),
    [
        (["view"], set()),
        (["view", "review"], {"mark_right", "set_truth", "classify_again"}),
        (["view", "export"], {"export_csv"}),
        (["view", "delete"], {"delete_for_good"}),
    ],
)
def test_each_right_offers_its_own_actions(staff, row, rights, names):
    assert offered(staff(*rights)) == names


@pytest.mark.parametrize("action", sorted(NAMES))
def test_who_may_only_look_can_do_nothing_by_hand_either(staff, row, action):
    act(staff("view"), action, row, sure="yes", set="Set", truth=CAT)
    after = Classification.objects.get()
    assert (after.review, after.truth, after.reclassification_requested_at) == ("", "", None)


def test_marked_as_right_the_answer_is_the_truth_and_it_is_known_who_said_so(staff, row):
    assert "1 marked as right." in act(staff("view", "review"), "mark_right", row).content.decode()
    row.refresh_from_db()
    assert (row.review, row.truth) == ("right", row.wnid)
    assert LogEntry.objects.get().user.username == "view-review"


def test_no_animal_marked_as_right_has_no_wnid_for_a_truth(staff, row):
    Classification.objects.update(verdict="none", wnid="n07920052")
    act(staff("view", "review"), "mark_right", row)
    row.refresh_from_db()
    assert (row.review, row.truth) == ("right", "")


def test_the_true_label_is_searched_chosen_and_set(staff, row):
    client = staff("view", "review")
    assert "fox squirrel" in act(client, "set_truth", row, text="squir").content.decode()
    row.refresh_from_db()
    assert row.truth == ""
    said = act(client, "set_truth", row, text="squir", truth=FOX_SQUIRREL, set="Set").content.decode()
    assert "1 marked as fox squirrel." in said
    row.refresh_from_db()
    assert (row.review, row.truth) == ("wrong", FOX_SQUIRREL)


def test_a_truth_that_nothing_is_called_is_asked_for_again(staff, row):
    page = act(staff("view", "review"), "set_truth", row, text="unicorn", truth="n1", set="Set").content.decode()
    assert "Nothing that the model knows is called that." in page
    row.refresh_from_db()
    assert row.truth == ""


@pytest.mark.parametrize(
    ("verdict", "wnid", "truth", "right"),
    [
        ("species", "n02124075", "n02124075", True),
        ("group", CAT, "n02124075", True),
        ("species", "n02124075", CAT, True),
        ("group", DOG, "n02124075", False),
        ("species", "n02124075", "n07920052", False),
        ("none", "n07920052", "n03777568", True),
        ("none", "n07920052", CAT, False),
    ],
)
def test_an_answer_agrees_with_what_holds_it_or_is_held_by_it(verdict, wnid, truth, right):
    assert reviews.agrees(verdict, wnid, truth) is right


@pytest.mark.django_db(transaction=True)
def test_deleting_asks_first_and_leaves_no_row_no_file_and_no_way_back(staff, row, media):
    client, other = staff("view", "delete"), kept()
    assert "1 record and their photos will be gone" in act(client, "delete_for_good", row).content.decode()
    assert Classification.objects.count() == 2
    act(client, "delete_for_good", row, sure="yes")
    assert list(Classification.objects.all()) == [other]
    assert Erasure.objects.filter(key=row.pk).exists()
    left = {path.name.partition(".")[0] for path in Path(media).rglob("*.jpg")}
    assert left == {str(other.pk)}


@pytest.mark.django_db(transaction=True)
def test_a_row_deleted_from_its_own_page_leaves_no_file_either(staff, media):
    row = kept()
    url = reverse("admin:classifier_classification_delete", args=[row.pk])
    assert staff("view").post(url, {"post": "yes"}).status_code == 403
    staff("view", "delete").post(url, {"post": "yes"})
    assert not Classification.objects.exists()
    assert list(Path(media).rglob("*.jpg")) == []


def test_more_than_one_click_takes_is_said(staff, db, monkeypatch):
    monkeypatch.setattr(actions, "AT_ONCE", 2)
    write(*[entry() for _ in range(3)])
    said = act(staff("view", "review"), "mark_right", *Classification.objects.all(), select_across="1")
    assert "2 marked as right. Perhaps there are more: do it again." in said.content.decode()
    assert Classification.objects.filter(review="right").count() == 2


def test_only_what_has_its_photo_can_be_classified_again(staff, row):
    write(entry())
    client = staff("view", "review")
    said = act(client, "classify_again", *Classification.objects.all()).content.decode()
    assert "1 wait to be classified again. Those without a kept photo cannot be." in said
    assert "To be classified again: 1 wait; 0 are done." in said
    assert "None of these has a kept photo" in act(client, "classify_again", row).content.decode()
    assert Classification.objects.exclude(reclassification_requested_at=None).get() == row


async def downloaded(client: AsyncClient, *rows: Classification, query: str = "", **fields: str) -> list[list[str]]:
    data = {"action": "export_csv", "_selected_action": [str(row.pk) for row in rows], **fields}
    answer: Any = await client.post(f"{reverse(LIST)}{query}", data)
    assert answer.streaming, answer.content
    text = b"".join([part async for part in answer.streaming_content]).decode()
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))


@pytest.fixture
async def exporter(transactional_db, django_user_model):
    client = AsyncClient()
    await client.aforce_login(await django_user_model.objects.acreate_superuser("exporter"))
    return client


@pytest.mark.django_db(transaction=True)
async def test_no_cell_of_a_download_is_a_formula(exporter):
    names = ["=cmd()", "+1", "-1", "@x", "\tx", "cat.jpg"]
    await in_thread(write, *[entry(name=name) for name in names])
    head, *rows = await downloaded(exporter, *await in_thread(list, Classification.objects.all()))
    written = {row[head.index("name")] for row in rows}
    assert written == {"'=cmd()", "'+1", "'-1", "'@x", "'\tx", "cat.jpg"}


@pytest.mark.django_db(transaction=True)
async def test_a_whole_filter_is_downloaded_in_chunks_each_row_once(exporter, monkeypatch):
    monkeypatch.setattr(records, "in_chunks", partial(records.in_chunks, size=2))
    entries = [entry() for _ in range(5)]
    await in_thread(write, *entries)
    await in_thread(Classification.objects.update, created_at=entries[0].answered_at)
    one = await in_thread(Classification.objects.first)
    _, *rows = await downloaded(exporter, one, query="?verdict__exact=species", select_across="1")
    assert sorted(row[0] for row in rows) == sorted(str(entry.id) for entry in entries)
    _, *none = await downloaded(exporter, one, query="?verdict__exact=none", select_across="1")
    assert none == []


async def in_thread(function, *arguments, **named):
    return await sync_to_async(function)(*arguments, **named)
