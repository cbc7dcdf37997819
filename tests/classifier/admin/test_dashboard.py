"""The statistics page: past days are counted once, and each chart has a text alternative."""

import re
from datetime import datetime, time, timedelta
from xml.etree import ElementTree as ET

import pytest
from django.urls import reverse
from django.utils import timezone

from classifier.history import statistics
from classifier.models import Classification, DailyStatistics
from tests.classifier.answers import insert, new_record

DASHBOARD = "admin:classifier_classification_dashboard"


def insert_answer(*, days_ago: int = 0, **fields) -> None:
    new = new_record()
    insert(new)
    noon = timezone.make_aware(datetime.combine(timezone.localdate() - timedelta(days=days_ago), time(12)))
    Classification.objects.filter(id=new.id).update(created_at=noon, **fields)


@pytest.fixture
def page(admin_client, db):
    """Return a function that requests the page."""

    def get() -> str:
        return admin_client.get(reverse(DASHBOARD)).content.decode()

    return get


def test_the_statistics_of_a_day_contain_verdicts_animals_and_times(db):
    for number in range(20):
        insert_answer(total_ms=number, verdict="none" if number < 5 else "species")
    today = statistics.last_days(1)[timezone.localdate()]
    assert today.verdicts == {"none": 5, "species": 15}
    assert today.animals == {"n02124075": 15}
    assert (today.p50_ms, today.p95_ms) == (10, 19)


def test_answers_before_the_first_day_are_not_counted(db):
    insert_answer(days_ago=3)
    assert sum(day.answers for day in statistics.last_days(3).values()) == 0
    assert sum(day.answers for day in statistics.last_days(4).values()) == 1


def test_a_finished_day_is_counted_once_and_the_last_two_days_each_time(db, django_assert_num_queries):
    for days_ago in (0, 1, 2):
        insert_answer(days_ago=days_ago)
    statistics.last_days(3)
    assert [day.day for day in DailyStatistics.objects.all()] == [timezone.localdate() - timedelta(days=2)]
    for days_ago in (0, 1, 2):
        insert_answer(days_ago=days_ago)
    with django_assert_num_queries(3):
        assert [day.answers for day in statistics.last_days(3).values()] == [1, 2, 2]


def test_accuracy_is_the_share_of_right_answers_of_each_model_version(db):
    for opinion in ("right", "right", "wrong", ""):
        insert_answer(feedback=opinion)
    insert_answer(review="wrong", model_version="0d51a2c7e9b4")
    assert statistics.feedback_accuracy() == [statistics.ModelAccuracy("ae777d384912", 2, 3)]
    assert statistics.review_accuracy() == [statistics.ModelAccuracy("0d51a2c7e9b4", 0, 1)]


def test_every_chart_has_a_title_a_description_and_a_table(page):
    insert_answer(feedback="right", review="right")
    svgs = re.findall(r'<svg role="img".*?</svg>', page(), flags=re.DOTALL)
    charts = [ET.fromstring(svg) for svg in svgs]  # noqa: S314 - our own page
    assert len(charts) == page().count("<summary>As a table</summary>") == 6
    for chart in charts:
        texts = {element.get("id"): element.text for element in chart if element.get("id")}
        assert all(texts[name] for name in chart.get("aria-labelledby", "").split())


def test_the_page_has_no_inline_style_or_script_that_its_policy_forbids(page):
    insert_answer()
    assert not re.search(r"\sstyle=|<style|<script(?![^>]*src=)|\son\w+=", page())


def test_charts_without_data_show_the_text_no_records_yet(page):
    assert page().count("No records yet.") >= 3


def test_the_page_needs_the_permission_to_view_the_list(staff):
    assert staff("view").get(reverse(DASHBOARD)).status_code == 200
    assert staff("export").get(reverse(DASHBOARD)).status_code == 403
