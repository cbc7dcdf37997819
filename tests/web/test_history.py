"""My history: found, taken away, judged and erased by whose it is, and by nobody else."""

import csv
import io
import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from asgiref.sync import async_to_sync
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from classifier.models import Classification, Erasure
from tests.classifier.answers import JPEGS
from tests.web.conftest import ask, key_of
from web.filters import PAGE

JSON = {"Accept": "application/json"}
AS_FORM = {"Accept": "text/html"}


def listed(browser: Client, query: str = "") -> str:
    return browser.get(f"{reverse('web:history')}{query}").content.decode()


def exported(browser: Client, form: str) -> str:
    answer: Any = browser.get(reverse(f"web:export_{form}"))

    async def parts() -> list[bytes]:
        return [part async for part in answer.streaming_content]

    return b"".join(async_to_sync(parts)()).decode()


def address(row: Classification, what: str = "record") -> str:
    return reverse(f"web:{what}", args=[row.id])


def files(media) -> list[str]:
    return [path.name for path in media.rglob("*") if path.is_file()]


def test_a_new_browser_has_nothing_and_is_told_what_to_do(client, db):
    assert "Nothing here yet." in listed(client)


def test_an_answer_stands_in_the_list_with_its_thumbnail(client, asked):
    row = asked(renditions=JPEGS)
    page = listed(client)
    assert "That is a cat (Egyptian cat)." in page
    assert address(row, "record_thumbnail") in page
    assert client.get(address(row, "record_thumbnail")).getvalue() == b"a thumbnail"


@pytest.mark.parametrize(
    "query", ["?q=egyptian", "?q=CAT.j", "?verdict=species", "?group=n01861778", "?since=2020-01-01&until=2999-01-01"]
)
def test_what_is_looked_for_is_found(client, asked, query):
    assert address(asked()) in listed(client, query)


@pytest.mark.parametrize("query", ["?q=dog", "?verdict=squirrel", "?group=n01503061", "?until=2020-01-01"])
def test_what_does_not_match_is_not_shown(client, asked, query):
    asked()
    assert "Nothing here matches." in listed(client, query)


@pytest.mark.parametrize("query", ["?since=yesterday", "?group=x", "?before=nonsense"])
def test_a_filter_that_is_nonsense_filters_nothing(client, asked, query):
    assert address(asked()) in listed(client, query)


def test_older_answers_are_on_the_next_page_each_once(client, asked):
    rows = [asked() for _ in range(PAGE + 1)]
    first = client.get(reverse("web:history"))
    older = client.get(f"{reverse('web:history')}?{first.context['older']}").content.decode()
    assert [address(row) in older for row in rows] == [True] + [False] * PAGE


def test_details_show_the_five_best_and_outlive_the_photo(client, asked):
    row = asked()
    Classification.objects.update(heatmap={"view_box": [0, 0, 1, 1], "map": [0.5] * 49})
    page = client.get(address(row)).content.decode()
    assert "The photo was not kept." in page
    assert '"verdict": [0.5, 0.5' in page
    assert "91" in page


@pytest.mark.parametrize("what", ["record", "record_photo", "record_thumbnail"])
def test_another_browser_finds_nothing_of_it(asked, what):
    row, other = asked(renditions=JPEGS), Client()
    key_of(other)
    assert other.get(address(row, what)).status_code == 404
    assert address(row) not in listed(other)
    assert str(row.id) not in exported(other, "json")


@pytest.mark.parametrize("what", ["delete", "judge", "share", "unshare"])
def test_another_browser_changes_nothing_of_it(asked, what):
    row, other = asked(renditions=JPEGS), Client()
    key_of(other)
    other.post(address(row, what), {"opinion": "right"}, headers=JSON)
    after = Classification.objects.get()
    assert (after.feedback, after.share_key, after.photo.name) == ("", "", row.photo.name)


def test_one_is_deleted_with_its_photo_for_good(client, asked, media):
    row, other = asked(renditions=JPEGS), asked(renditions=JPEGS)
    client.post(address(row, "delete"))
    assert Classification.objects.get() == other
    assert len(files(media)) == 2
    assert Erasure.objects.get().key == row.id


def test_delete_all_asks_first_and_then_leaves_nothing_of_mine(client, asked, media):
    asked(renditions=JPEGS)
    asked()
    others = ask(Client(), renditions=JPEGS)
    assert "2 answers of this browser" in client.get(reverse("web:delete_all")).content.decode()
    client.post(reverse("web:delete_all"))
    assert Classification.objects.get() == others
    assert len(files(media)) == 2


def test_a_csv_with_a_formula_for_a_file_name_is_harmless(client, asked):
    asked(name="=cmd()")
    [row] = csv.DictReader(io.StringIO(exported(client, "csv").removeprefix("\ufeff")))
    assert (row["file"], row["answer"], row["sentence"]) == ("'=cmd()", "Egyptian cat", "That is a cat (Egyptian cat).")


def test_the_json_has_everything_of_every_row(client, asked):
    rows = [asked(), asked()]
    found = json.loads(exported(client, "json"))
    assert [one["id"] for one in found] == [str(row.id) for row in reversed(rows)]
    assert found[0]["predictions"][0]["label"] == "Egyptian_cat"


def test_an_empty_history_is_an_empty_list(client, db):
    assert json.loads(exported(client, "json")) == []


def test_an_answer_is_judged_once(client, asked):
    row = asked()
    said = {"opinion": "wrong", "suggested": "great grey owl"}
    assert client.post(address(row, "judge"), said, headers=JSON).json() == {"first": True}
    assert client.post(address(row, "judge"), {"opinion": "right"}, headers=JSON).json() == {"first": False}
    row.refresh_from_db()
    assert (row.feedback, row.suggested) == ("wrong", "n01622779")
    assert "You said: no, it is “great grey owl”." in client.get(address(row)).content.decode()


@pytest.mark.parametrize("said", [{"opinion": "wrong", "suggested": "zzz"}, {"opinion": "perhaps"}, {}])
def test_nonsense_is_refused_in_words(client, asked, said):
    row = asked()
    answer = client.post(address(row, "judge"), said, headers=JSON)
    assert (answer.status_code, bool(answer.json()["message"])) == (400, True)
    assert client.post(address(row, "judge"), said, headers=AS_FORM).status_code == 400
    row.refresh_from_db()
    assert row.feedback == ""


@pytest.mark.parametrize("what", ["judge", "share"])
def test_a_record_that_is_still_being_written_is_waited_for(client, db, what):
    key_of(client)
    answer = client.post(reverse(f"web:{what}", args=[uuid4()]), {"opinion": "right"}, headers=JSON)
    assert (answer.status_code, answer["Retry-After"]) == (202, "1")


@pytest.mark.parametrize("what", ["judge", "share"])
def test_a_record_that_was_deleted_is_gone(client, asked, what):
    row = asked()
    client.post(address(row, "delete"))
    assert client.post(address(row, what), {"opinion": "right"}, headers=JSON).status_code == 410


def test_without_scripts_every_button_leads_back_to_the_record(client, asked):
    row = asked()
    for what in ("judge", "share", "unshare"):
        answer = client.post(address(row, what), {"opinion": "right"}, headers=AS_FORM)
        assert (answer.status_code, answer["Location"]) == (302, address(row)), what


def test_names_are_offered_for_what_is_typed(client):
    assert client.get(reverse("web:names"), {"q": "squirr"}).json()["names"][0] == "squirrel"


def test_nothing_of_a_history_may_be_kept_by_a_cache(client, asked):
    row = asked(renditions=JPEGS)
    for url in (reverse("web:history"), address(row), reverse("web:export_csv")):
        assert "no-store" in client.get(url)["Cache-Control"]
    photo = client.get(address(row, "record_photo"))
    assert ("private" in photo["Cache-Control"], photo.getvalue()) == (True, b"a photo")


def test_only_pages_of_ours_can_erase_a_history(asked):
    row, strict = asked(), Client(enforce_csrf_checks=True)
    assert strict.post(address(row, "delete")).status_code == 403
    assert strict.post(reverse("web:delete_all")).status_code == 403


def test_no_address_and_no_browser_is_recorded():
    names = {field.name for model in (Classification, Erasure) for field in model._meta.get_fields()}
    assert not [name for name in names if "address" in name or name in {"ip", "agent", "user_agent", "session"}]


# --- Sharing -----------------------------------------------------------------------------------


def shared(client, row: Classification) -> str:
    return client.post(address(row, "share"), headers=JSON).json()["link"]


def test_whoever_has_the_link_sees_answer_and_photo_and_not_whose_it_is(client, asked):
    row = asked(renditions=JPEGS, name="secret-place.jpg")
    link, anybody = shared(client, row), Client()
    page = anybody.get(link)
    assert "That is a cat (Egyptian cat)." in page.content.decode()
    assert "secret-place" not in page.content.decode()
    assert (page["X-Robots-Tag"], "no-store" in page["Cache-Control"]) == ("noindex", True)
    assert anybody.get(f"{link}/photo").getvalue() == b"a photo"


def test_a_link_is_the_same_until_it_is_taken_back(client, asked):
    row = asked()
    link = shared(client, row)
    assert shared(client, row) == link
    client.post(address(row, "unshare"))
    assert Client().get(link).status_code == 410
    assert shared(client, row) != link
    assert Client().get(link).status_code == 410


def test_a_link_expires(client, asked):
    row = asked()
    link = shared(client, row)
    Classification.objects.update(shared_until=timezone.now() - timedelta(seconds=1))
    assert Client().get(link).status_code == 410


def test_the_link_to_a_deleted_answer_says_gone(client, asked):
    row = asked(renditions=JPEGS)
    link = shared(client, row)
    client.post(address(row, "delete"))
    for url in (link, f"{link}/photo"):
        answer = Client().get(url)
        assert (answer.status_code, answer["X-Robots-Tag"]) == (410, "noindex")


def test_a_link_cannot_be_made_up(client, asked):
    row = asked()
    link = shared(client, row)
    assert Client().get(link[:-1] + ("A" if link[-1] != "A" else "B")).status_code == 404
    assert Client().get(reverse("web:shared", args=[f"{row.id.hex}.{row.share_key}"])).status_code == 404
