"""The history pages: only the owner can see, export, judge, share and delete records."""

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
from tests.web.conftest import create_record, get_owner_key
from web.filters import PAGE_SIZE

JSON = {"Accept": "application/json"}
HTML = {"Accept": "text/html"}


def get_list(browser: Client, query: str = "") -> str:
    return browser.get(f"{reverse('web:history')}{query}").content.decode()


def export(browser: Client, file_format: str) -> str:
    response: Any = browser.get(reverse(f"web:export_{file_format}"))

    async def read_parts() -> list[bytes]:
        return [part async for part in response.streaming_content]

    return b"".join(async_to_sync(read_parts)()).decode()


def url_of(record: Classification, view: str = "record") -> str:
    return reverse(f"web:{view}", args=[record.id])


def list_files(media) -> list[str]:
    return [path.name for path in media.rglob("*") if path.is_file()]


def test_an_empty_history_explains_how_to_get_an_answer(client, db):
    assert "No answers yet. Choose a photo" in get_list(client)


def test_the_list_shows_an_answer_with_its_thumbnail(client, make_record):
    record = make_record(renditions=JPEGS)
    page = get_list(client)
    assert "That is a cat (Egyptian cat)." in page
    assert "91%" in page
    assert url_of(record, "record_thumbnail") in page
    assert client.get(url_of(record, "record_thumbnail")).getvalue() == b"a thumbnail"


@pytest.mark.parametrize(
    "query", ["?q=egyptian", "?q=CAT.j", "?verdict=species", "?group=n01861778", "?since=2020-01-01&until=2999-01-01"]
)
def test_a_filter_shows_records_that_match(client, make_record, query):
    assert url_of(make_record()) in get_list(client, query)


@pytest.mark.parametrize("query", ["?q=dog", "?verdict=squirrel", "?group=n01503061", "?until=2020-01-01"])
def test_a_filter_hides_records_that_do_not_match(client, make_record, query):
    make_record()
    assert "No answers match this filter." in get_list(client, query)


@pytest.mark.parametrize("query", ["?since=yesterday", "?group=x", "?before=nonsense"])
def test_an_invalid_filter_value_hides_no_record(client, make_record, query):
    assert url_of(make_record()) in get_list(client, query)


def test_the_second_page_has_only_the_records_that_the_first_page_lacks(client, make_record):
    records = [make_record() for _ in range(PAGE_SIZE + 1)]
    first_page = client.get(reverse("web:history"))
    second_page = client.get(f"{reverse('web:history')}?{first_page.context['older']}").content.decode()
    assert [url_of(record) in second_page for record in records] == [True] + [False] * PAGE_SIZE


def test_a_record_without_its_photo_shows_its_predictions_and_heatmap(client, make_record):
    record = make_record()
    Classification.objects.update(heatmap={"view_box": [0, 0, 1, 1], "map": [0.5] * 49})
    page = client.get(url_of(record)).content.decode()
    assert "The photo was not kept." in page
    assert '"verdict": [0.5, 0.5' in page
    assert "91%" in page


def test_a_german_page_marks_english_names_and_writes_percentages_in_german(client, make_record):
    page = client.get(url_of(make_record()), headers={"Accept-Language": "de"}).content.decode()
    assert '<span lang="en">Egyptian cat</span>' in page
    assert "91\u00a0%" in page


@pytest.mark.parametrize("view", ["record", "record_photo", "record_thumbnail"])
def test_another_browser_cannot_see_a_record(make_record, view):
    record, other = make_record(renditions=JPEGS), Client()
    get_owner_key(other)
    assert other.get(url_of(record, view)).status_code == 404
    assert url_of(record) not in get_list(other)
    assert str(record.id) not in export(other, "json")


@pytest.mark.parametrize("view", ["delete", "judge", "share", "unshare"])
def test_another_browser_cannot_change_a_record(make_record, view):
    record, other = make_record(renditions=JPEGS), Client()
    get_owner_key(other)
    other.post(url_of(record, view), {"opinion": "right"}, headers=JSON)
    unchanged = Classification.objects.get()
    assert (unchanged.feedback, unchanged.share_key, unchanged.photo.name) == ("", "", record.photo.name)


def test_deletes_one_record_with_its_photo(client, make_record, media):
    record, other = make_record(renditions=JPEGS), make_record(renditions=JPEGS)
    client.post(url_of(record, "delete"))
    assert Classification.objects.get() == other
    assert len(list_files(media)) == 2
    assert Erasure.objects.get().key == record.id


def test_deletes_the_whole_history_of_one_owner_after_a_confirmation(client, make_record, media):
    make_record(renditions=JPEGS)
    make_record()
    record_of_another_owner = create_record(Client(), renditions=JPEGS)
    assert "2 answers of this browser" in client.get(reverse("web:delete_all")).content.decode()
    client.post(reverse("web:delete_all"))
    assert Classification.objects.get() == record_of_another_owner
    assert len(list_files(media)) == 2


def test_the_csv_escapes_a_formula_in_a_file_name(client, make_record):
    make_record(name="=cmd()")
    [row] = csv.DictReader(io.StringIO(export(client, "csv").removeprefix("\ufeff")))
    assert (row["file"], row["answer"], row["sentence"]) == ("'=cmd()", "Egyptian cat", "That is a cat (Egyptian cat).")


def test_the_json_has_every_record_with_its_predictions(client, make_record):
    records = [make_record(), make_record()]
    exported = json.loads(export(client, "json"))
    assert [fields["id"] for fields in exported] == [str(record.id) for record in reversed(records)]
    assert exported[0]["predictions"][0]["label"] == "Egyptian_cat"


def test_the_json_of_an_empty_history_is_an_empty_list(client, db):
    assert json.loads(export(client, "json")) == []


def test_only_the_first_feedback_on_a_record_is_stored(client, make_record):
    record = make_record()
    feedback = {"opinion": "wrong", "suggested": "great grey owl"}
    assert client.post(url_of(record, "judge"), feedback, headers=JSON).json() == {"first": True}
    assert client.post(url_of(record, "judge"), {"opinion": "right"}, headers=JSON).json() == {"first": False}
    record.refresh_from_db()
    assert (record.feedback, record.suggested) == ("wrong", "n01622779")
    page = client.get(url_of(record)).content.decode()
    assert 'Your feedback: wrong, it is “<span lang="en">great grey owl</span>”.' in page


@pytest.mark.parametrize("fields", [{"opinion": "wrong", "suggested": "zzz"}, {"opinion": "perhaps"}, {}])
def test_rejects_invalid_feedback_with_a_message(client, make_record, fields):
    record = make_record()
    response = client.post(url_of(record, "judge"), fields, headers=JSON)
    assert (response.status_code, bool(response.json()["message"])) == (400, True)
    assert client.post(url_of(record, "judge"), fields, headers=HTML).status_code == 400
    record.refresh_from_db()
    assert record.feedback == ""


@pytest.mark.parametrize("view", ["judge", "share"])
def test_a_record_that_is_not_stored_yet_gives_202_with_retry_after(client, db, view):
    get_owner_key(client)
    response = client.post(reverse(f"web:{view}", args=[uuid4()]), {"opinion": "right"}, headers=JSON)
    assert (response.status_code, response["Retry-After"]) == (202, "1")


@pytest.mark.parametrize("view", ["judge", "share"])
def test_a_deleted_record_gives_410(client, make_record, view):
    record = make_record()
    client.post(url_of(record, "delete"))
    assert client.post(url_of(record, view), {"opinion": "right"}, headers=JSON).status_code == 410


def test_without_scripts_every_form_redirects_to_the_record(client, make_record):
    record = make_record()
    for view in ("judge", "share", "unshare"):
        response = client.post(url_of(record, view), {"opinion": "right"}, headers=HTML)
        assert (response.status_code, response["Location"]) == (302, url_of(record)), view


def test_suggests_names_that_contain_a_text(client):
    assert client.get(reverse("web:names"), {"q": "squirr"}).json()["names"][0] == "squirrel"


def test_shared_caches_store_no_history_page_and_no_photo(client, make_record):
    record = make_record(renditions=JPEGS)
    for url in (reverse("web:history"), url_of(record), reverse("web:export_csv")):
        assert "no-store" in client.get(url)["Cache-Control"]
    photo = client.get(url_of(record, "record_photo"))
    assert ("private" in photo["Cache-Control"], photo.getvalue()) == (True, b"a photo")


def test_deleting_needs_a_csrf_token(make_record):
    record, csrf_client = make_record(), Client(enforce_csrf_checks=True)
    assert csrf_client.post(url_of(record, "delete")).status_code == 403
    assert csrf_client.post(reverse("web:delete_all")).status_code == 403


def test_the_database_has_no_field_for_an_ip_address_or_a_user_agent():
    fields = {field.name for model in (Classification, Erasure) for field in model._meta.get_fields()}
    assert not [name for name in fields if "address" in name or name in {"ip", "agent", "user_agent", "session"}]


# --- Sharing ---


def share(browser: Client, record: Classification) -> str:
    return browser.post(url_of(record, "share"), headers=JSON).json()["link"]


def test_a_link_shows_the_answer_and_the_photo_without_the_file_name(client, make_record):
    record = make_record(renditions=JPEGS, name="secret-place.jpg")
    link, other = share(client, record), Client()
    page = other.get(link)
    assert "That is a cat (Egyptian cat)." in page.content.decode()
    assert "secret-place" not in page.content.decode()
    assert (page["X-Robots-Tag"], "no-store" in page["Cache-Control"]) == ("noindex", True)
    assert other.get(f"{link}/photo").getvalue() == b"a photo"


def test_sharing_again_gives_the_same_link_until_it_is_revoked(client, make_record):
    record = make_record()
    link = share(client, record)
    assert share(client, record) == link
    client.post(url_of(record, "unshare"))
    assert Client().get(link).status_code == 410
    assert share(client, record) != link
    assert Client().get(link).status_code == 410


def test_an_expired_link_gives_410(client, make_record):
    record = make_record()
    link = share(client, record)
    Classification.objects.update(shared_until=timezone.now() - timedelta(seconds=1))
    assert Client().get(link).status_code == 410


def test_a_link_to_a_deleted_record_gives_410(client, make_record):
    record = make_record(renditions=JPEGS)
    link = share(client, record)
    client.post(url_of(record, "delete"))
    for url in (link, f"{link}/photo"):
        response = Client().get(url)
        assert (response.status_code, response["X-Robots-Tag"]) == (410, "noindex")


def test_a_forged_link_gives_404(client, make_record):
    record = make_record()
    link = share(client, record)
    assert Client().get(link[:-1] + ("A" if link[-1] != "A" else "B")).status_code == 404
    assert Client().get(reverse("web:shared", args=[f"{record.id.hex}.{record.share_key}"])).status_code == 404
