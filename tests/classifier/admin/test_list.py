"""Staff see the history, and find what they look for."""

import pytest
from django.core.files.storage import default_storage
from django.urls import reverse
from django.utils import timezone

from classifier.admin import paging
from classifier.models import Classification
from tests.classifier.answers import entry, write

LIST = "admin:classifier_classification_changelist"
ROW = "admin:classifier_classification_change"
PHOTO = "admin:classifier_classification_photo"


def test_the_list_shows_the_answer_its_score_and_the_thumbnail(admin_client, row):
    page = admin_client.get(reverse(LIST)).content.decode()
    assert "Egyptian cat" in page
    assert "91%" in page
    assert reverse(PHOTO, args=[row.pk, 96]) in page


def test_a_row_shows_its_five_best_and_no_way_to_change_it(admin_client, row):
    page = admin_client.get(reverse(ROW, args=[row.pk])).content.decode()
    assert "n02124075" in page
    assert 'name="_save"' not in page


def test_nothing_can_be_added_or_changed(admin_client, row):
    assert admin_client.get(reverse("admin:classifier_classification_add")).status_code == 403
    assert admin_client.post(reverse(ROW, args=[row.pk]), {"display": "dog"}).status_code == 403


FOUND = (
    "q=egyptian",
    "q={pk}",
    "verdict__exact=species",
    "answer=Egyptian+cat",
    "group=n01861778",
    "squirrel=maybe",
    "review=needed",
    "feedback=wrong",
    "photo=kept",
    "again=waiting",
    "again=done",
    "version=ae777d384912",
    "created_at__year={now.year}&created_at__month={now.month}&created_at__day={now.day}",
)
NOT_FOUND = (
    "q=dog",
    "q=cat",
    "q=00000000-0000-4000-8000-000000000000",
    "verdict__exact=none",
    "answer=unicorn",
    "group=n01503061",
    "squirrel=yes",
    "review=right",
    "feedback=right",
    "created_at__year=2001",
)


def listed(client, query: str) -> str:
    answer = client.get(f"{reverse(LIST)}?{query}")
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize("query", FOUND)
def test_it_is_found_by_search_and_filter(admin_client, row, query):
    now = timezone.now()
    Classification.objects.update(
        feedback="wrong", squirrel="maybe", reclassification_requested_at=now, reclassified_at=now
    )
    assert "1 classification\n" in listed(admin_client, query.format(pk=row.pk, now=row.created_at))


@pytest.mark.parametrize("query", NOT_FOUND)
def test_what_does_not_match_is_not_shown(admin_client, row, query):
    assert "0 classifications\n" in listed(admin_client, query)


def test_an_unknown_name_is_answered_with_names_that_it_may_have_meant(admin_client, row):
    page = listed(admin_client, "answer=egypt")
    assert "Nothing is called that." in page
    assert "?answer=Egyptian+cat" in page


def test_the_versions_that_ever_served_are_offered(admin_client, row):
    write(entry())
    Classification.objects.exclude(pk=row.pk).update(model_version="0d51a2c7e9b4")
    page = listed(admin_client, "")
    assert "?version=ae777d384912" in page
    assert "?version=0d51a2c7e9b4" in page


def test_a_count_ends_where_it_would_cost_too_much(admin_client, db, monkeypatch):
    monkeypatch.setattr(paging, "MOST", 3)
    write(*[entry() for _ in range(5)])
    assert "more than 3 classifications" in listed(admin_client, "")


def test_the_days_lead_from_years_to_rows(admin_client, row):
    at = row.created_at
    year, month = f"created_at__year={at.year}", f"created_at__month={at.month}"
    assert f'?{year}">' in listed(admin_client, "")
    assert f"{month}&amp;{year}" in listed(admin_client, year)
    assert f"created_at__day={at.day}&amp;" in listed(admin_client, f"{year}&{month}")
    assert "1 classification\n" in listed(admin_client, f"{year}&{month}&created_at__day={at.day}")


@pytest.mark.parametrize(("side", "content"), [(96, b"a thumbnail"), (512, b"a photo")])
def test_the_photo_is_for_staff_alone(admin_client, client, row, side, content):
    url = reverse(PHOTO, args=[row.pk, side])
    answer = admin_client.get(url)
    assert (answer["Content-Type"], answer.content) == ("image/jpeg", content)
    assert client.get(url).status_code == 302


def test_a_photo_whose_file_is_gone_is_not_found(admin_client, row):
    default_storage.delete(row.photo.name)
    assert admin_client.get(reverse(PHOTO, args=[row.pk, 512])).status_code == 404


def test_staff_without_the_right_to_view_see_no_photo(staff, row):
    assert staff("review").get(reverse(PHOTO, args=[row.pk, 96])).status_code == 404


def test_a_file_name_cannot_smuggle_markup_into_the_admin(admin_client, db):
    write(entry(name="<script>alert(1)</script>.jpg"))
    row = Classification.objects.get()
    assert "<script>alert" not in admin_client.get(reverse(ROW, args=[row.pk])).content.decode()
