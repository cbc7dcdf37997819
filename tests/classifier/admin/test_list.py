"""The admin list and the page of a record: search, filters, counts, dates and photos."""

import pytest
from django.core.files.storage import default_storage
from django.urls import reverse
from django.utils import timezone

from classifier.admin import paging
from classifier.models import Classification
from tests.classifier.answers import insert, new_record

LIST = "admin:classifier_classification_changelist"
RECORD = "admin:classifier_classification_change"
PHOTO = "admin:classifier_classification_photo"


def list_page(client, query: str) -> str:
    response = client.get(f"{reverse(LIST)}?{query}")
    assert response.status_code == 200
    return response.content.decode()


def test_the_list_shows_answer_score_and_thumbnail(admin_client, record):
    page = list_page(admin_client, "")
    assert "Egyptian cat" in page
    assert "91%" in page
    assert reverse(PHOTO, args=[record.pk, 96]) in page


def test_the_page_of_a_record_shows_its_classes_and_no_save_button(admin_client, record):
    page = admin_client.get(reverse(RECORD, args=[record.pk])).content.decode()
    assert "n02124075" in page
    assert 'name="_save"' not in page


def test_records_cannot_be_added_or_changed(admin_client, record):
    assert admin_client.get(reverse("admin:classifier_classification_add")).status_code == 403
    assert admin_client.post(reverse(RECORD, args=[record.pk]), {"display": "dog"}).status_code == 403


MATCHING = (
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
    "created_at__year={time.year}&created_at__month={time.month}&created_at__day={time.day}",
)
NOT_MATCHING = (
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


@pytest.mark.parametrize("query", MATCHING)
def test_the_list_shows_a_record_that_matches_the_search_or_filter(admin_client, record, query):
    now = timezone.now()
    Classification.objects.update(
        feedback="wrong", squirrel="maybe", reclassification_requested_at=now, reclassified_at=now
    )
    page = list_page(admin_client, query.format(pk=record.pk, time=record.created_at))
    assert "1 classification\n" in page


@pytest.mark.parametrize("query", NOT_MATCHING)
def test_the_list_hides_a_record_that_does_not_match_the_search_or_filter(admin_client, record, query):
    assert "0 classifications\n" in list_page(admin_client, query)


def test_the_answer_filter_suggests_names_for_an_unknown_name(admin_client, record):
    page = list_page(admin_client, "answer=egypt")
    assert "The model knows no such name." in page
    assert "?answer=Egyptian+cat" in page


def test_the_version_filter_offers_all_model_versions_of_the_records(admin_client, record):
    insert(new_record())
    Classification.objects.exclude(pk=record.pk).update(model_version="0d51a2c7e9b4")
    page = list_page(admin_client, "")
    assert "?version=ae777d384912" in page
    assert "?version=0d51a2c7e9b4" in page


def test_the_count_of_the_list_stops_at_its_limit(admin_client, db, monkeypatch):
    monkeypatch.setattr(paging, "MAX_COUNT", 3)
    insert(*[new_record() for _ in range(5)])
    assert "more than 3 classifications" in list_page(admin_client, "")


def test_the_date_hierarchy_leads_from_years_to_months_days_and_records(admin_client, record):
    time = record.created_at
    year, month = f"created_at__year={time.year}", f"created_at__month={time.month}"
    assert f'?{year}">' in list_page(admin_client, "")
    assert f"{month}&amp;{year}" in list_page(admin_client, year)
    assert f"created_at__day={time.day}&amp;" in list_page(admin_client, f"{year}&{month}")
    assert "1 classification\n" in list_page(admin_client, f"{year}&{month}&created_at__day={time.day}")


@pytest.mark.parametrize(("height", "content"), [(96, b"a thumbnail"), (512, b"a photo")])
def test_staff_see_the_photo_and_visitors_are_redirected_to_the_login(admin_client, client, record, height, content):
    url = reverse(PHOTO, args=[record.pk, height])
    response = admin_client.get(url)
    assert (response["Content-Type"], response.content) == ("image/jpeg", content)
    assert client.get(url).status_code == 302


def test_a_photo_with_a_missing_file_is_not_found(admin_client, record):
    default_storage.delete(record.photo.name)
    assert admin_client.get(reverse(PHOTO, args=[record.pk, 512])).status_code == 404


def test_staff_without_the_permission_to_view_see_no_photo(staff, record):
    assert staff("review").get(reverse(PHOTO, args=[record.pk, 96])).status_code == 404


def test_markup_in_a_file_name_is_escaped(admin_client, db):
    insert(new_record(name="<script>alert(1)</script>.jpg"))
    record = Classification.objects.get()
    assert "<script>alert" not in admin_client.get(reverse(RECORD, args=[record.pk])).content.decode()
