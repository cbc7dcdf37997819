"""The figures page: the last days, counted once, in charts that can be read and listened to."""

import re
from datetime import datetime, time, timedelta
from xml.etree import ElementTree as ET

import pytest
from django.urls import reverse
from django.utils import timezone

from classifier.history import statistics
from classifier.models import Classification, DailyStatistics
from tests.classifier.answers import entry, write

FIGURES = "admin:classifier_classification_dashboard"


def answered(*, days_ago: int = 0, **fields) -> None:
    one = entry()
    write(one)
    noon = timezone.make_aware(datetime.combine(timezone.localdate() - timedelta(days=days_ago), time(12)))
    Classification.objects.filter(id=one.id).update(created_at=noon, **fields)


@pytest.fixture
def page(admin_client, db):
    def get() -> str:
        return admin_client.get(reverse(FIGURES)).content.decode()

    return get


def test_a_day_has_its_verdicts_animals_and_times(db):
    for number in range(20):
        answered(total_ms=number, verdict="none" if number < 5 else "species")
    today = statistics.last_days(1)[timezone.localdate()]
    assert today.verdicts == {"none": 5, "species": 15}
    assert today.animals == {"n02124075": 15}
    assert (today.p50_ms, today.p95_ms) == (10, 19)


def test_what_lies_before_the_window_is_not_counted(db):
    answered(days_ago=3)
    assert sum(day.answers for day in statistics.last_days(3).values()) == 0
    assert sum(day.answers for day in statistics.last_days(4).values()) == 1


def test_a_day_that_is_over_is_counted_once_and_today_each_time(db, django_assert_num_queries):
    for days_ago in (0, 1, 2):
        answered(days_ago=days_ago)
    statistics.last_days(3)
    assert [day.day for day in DailyStatistics.objects.all()] == [timezone.localdate() - timedelta(days=2)]
    for days_ago in (0, 1, 2):
        answered(days_ago=days_ago)
    with django_assert_num_queries(3):
        assert [day.answers for day in statistics.last_days(3).values()] == [1, 2, 2]


def test_accuracy_is_what_people_and_staff_found_right_of_each_version(db):
    for opinion in ("right", "right", "wrong", ""):
        answered(feedback=opinion)
    answered(review="wrong", model_version="0d51a2c7e9b4")
    assert statistics.said_by_people() == [statistics.ModelAccuracy("ae777d384912", 2, 3)]
    assert statistics.said_by_staff() == [statistics.ModelAccuracy("0d51a2c7e9b4", 0, 1)]


def test_every_chart_has_a_title_a_sentence_and_a_table(page):
    answered(feedback="right", review="right")
    svgs = re.findall(r'<svg role="img".*?</svg>', page(), flags=re.DOTALL)
    drawn = [ET.fromstring(svg) for svg in svgs]  # noqa: S314 - our own
    assert len(drawn) == page().count("<summary>As a table</summary>") == 6
    for svg in drawn:
        words = {element.get("id"): element.text for element in svg if element.get("id")}
        assert all(words[name] for name in svg.get("aria-labelledby", "").split())


def test_the_page_obeys_its_own_policy(page):
    answered()
    assert not re.search(r"\sstyle=|<style|<script(?![^>]*src=)|\son\w+=", page())


def test_without_any_record_it_says_so(page):
    assert page().count("Nothing yet.") >= 3


def test_it_is_for_those_who_may_see_the_list(staff):
    assert staff("view").get(reverse(FIGURES)).status_code == 200
    assert staff("export").get(reverse(FIGURES)).status_code == 403
