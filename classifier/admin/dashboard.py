"""The figures page: what was answered in the last days, how fast, and how right it was found."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from classifier.admin import charts
from classifier.admin.charts import Chart
from classifier.history import statistics
from classifier.history.statistics import DayStatistics, ModelAccuracy
from classifier.models import Classification
from classifier.prediction.result import VerdictKind
from classifier.vocabulary import search

if TYPE_CHECKING:
    from django.contrib.admin import ModelAdmin

DAYS = 30
ANIMALS = 12


def view(model_admin: "ModelAdmin[Classification]", request: HttpRequest) -> HttpResponse:
    """For all who may see the list."""
    if not model_admin.has_view_permission(request):
        raise PermissionDenied
    days = statistics.last_days(DAYS)
    shown = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "title": f"DayStatistics of the last {DAYS} days",
        "answers": sum(day.answers for day in days.values()),
        "charts": list(_charts(days)),
    }
    return TemplateResponse(request, "admin/classifier/classification/dashboard.html", shown)


def _charts(days: dict[date, DayStatistics]) -> Iterator[Chart]:
    names = [f"{day:%-d %b}" for day in days]
    verdicts = sum((Counter(day.verdicts) for day in days.values()), Counter[str]())
    animals = sum((Counter(day.animals) for day in days.values()), Counter[str]())
    counts = [day.answers for day in days.values()]
    yield charts.columns("days", "Answers a day", list(zip(names, counts, strict=True)))
    yield charts.rows("verdicts", "Verdicts", "verdict", _shares([(kind, verdicts[kind]) for kind in VerdictKind]))
    yield charts.rows("animals", "Animals seen most", "animal", _named(animals.most_common(ANIMALS)))
    times = {"median": [day.p50_ms for day in days.values()], "95th percentile": [day.p95_ms for day in days.values()]}
    yield charts.lines("times", "Time to an answer", "ms", names, times)
    yield charts.rows(
        "people", "Right, people say (of all time)", "model version", _rights(statistics.said_by_people())
    )
    yield charts.rows("staff", "Right, staff say (of all time)", "model version", _rights(statistics.said_by_staff()))


def _shares(counts: Sequence[tuple[str, int]]) -> list[tuple[str, float, str]]:
    total = sum(count for _, count in counts) or 1
    return [(name, count, f"{count:,} · {count / total:.0%}") for name, count in counts]


def _named(animals: Sequence[tuple[str, int]]) -> list[tuple[str, float, str]]:
    return [(search.display(wnid) or wnid, count, f"{count:,}") for wnid, count in animals]


def _rights(found: Sequence[ModelAccuracy]) -> list[tuple[str, float, str]]:
    return [(one.version, one.right / one.judged, f"{one.right / one.judged:.0%} of {one.judged:,}") for one in found]
