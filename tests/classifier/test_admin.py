"""Staff see the history, and change nothing."""

import pytest
from django.urls import reverse

from classifier.models import Classification
from tests.classifier.answers import JPEGS, entry, keep, write

LIST = "admin:classifier_classification_changelist"
ROW = "admin:classifier_classification_change"
PHOTO = "admin:classifier_classification_photo"


@pytest.fixture
def row(db, settings, tmp_path) -> Classification:
    settings.MEDIA_ROOT = tmp_path
    one = entry(kept=JPEGS)
    write(one)
    keep(one)
    return Classification.objects.get(id=one.id)


def test_the_list_shows_the_answer_its_score_and_the_thumbnail(admin_client, row):
    page = admin_client.get(reverse(LIST)).content.decode()
    assert "Egyptian cat" in page
    assert "91%" in page
    assert reverse(PHOTO, args=[row.pk]) in page


def test_a_row_shows_its_five_best_and_no_way_to_change_it(admin_client, row):
    page = admin_client.get(reverse(ROW, args=[row.pk])).content.decode()
    assert "n02124075" in page
    assert 'name="_save"' not in page


def test_nothing_can_be_added_changed_or_deleted(admin_client, row):
    assert admin_client.post(reverse("admin:classifier_classification_delete", args=[row.pk])).status_code == 403
    assert admin_client.get(reverse("admin:classifier_classification_add")).status_code == 403
    assert admin_client.post(reverse(ROW, args=[row.pk]), {"display": "dog"}).status_code == 403


@pytest.mark.parametrize("query", ["q=Egyptian", "q=cat.j", "verdict__exact=species", "photo__isempty=0", "q={pk}"])
def test_it_is_found_by_search_and_filter(admin_client, row, query):
    page = admin_client.get(f"{reverse(LIST)}?{query.format(pk=row.pk)}")
    assert "1 classification" in page.content.decode()


@pytest.mark.parametrize("query", ["q=dog", "verdict__exact=none", "photo__isempty=1"])
def test_what_does_not_match_is_not_shown(admin_client, row, query):
    assert "0 classifications" in admin_client.get(f"{reverse(LIST)}?{query}").content.decode()


def test_the_photo_is_for_staff_alone(admin_client, client, row):
    url = reverse(PHOTO, args=[row.pk])
    answer = admin_client.get(url)
    assert (answer["Content-Type"], b"".join(answer)) == ("image/jpeg", b"a photo")
    assert client.get(url).status_code == 302


def test_a_file_name_cannot_smuggle_markup_into_the_admin(admin_client, db):
    write(entry(name="<script>alert(1)</script>.jpg"))
    row = Classification.objects.get()
    assert "<script>alert" not in admin_client.get(reverse(ROW, args=[row.pk])).content.decode()
