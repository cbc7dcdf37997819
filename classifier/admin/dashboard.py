"""The statistics page: number, verdicts, animals, times and accuracy of the answers of the last days."""

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
MAX_ANIMALS = 12


def show(model_admin: "ModelAdmin[Classification]", request: HttpRequest) -> HttpResponse:
    """Return the statistics page to staff with permission to view the list. Raises ``PermissionDenied``."""
    if not model_admin.has_view_permission(request):
        raise PermissionDenied
    context = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "title": f"Statistics of the last {DAYS} days",
        "charts": [*_day_charts(statistics.last_days(DAYS)), *_accuracy_charts()],
    }
    return TemplateResponse(request, "admin/classifier/classification/dashboard.html", context)


def _day_charts(days: dict[date, DayStatistics]) -> Iterator[Chart]:
    day_names = [f"{day:%-d %b}" for day in days]
    verdicts = sum((Counter(day.verdicts) for day in days.values()), Counter[str]())
    animals = sum((Counter(day.animals) for day in days.values()), Counter[str]())
    counts = [day.answers for day in days.values()]
    times = {"median": [day.p50_ms for day in days.values()], "95th percentile": [day.p95_ms for day in days.values()]}
    shares = _shares([(kind, verdicts[kind]) for kind in VerdictKind])
    animal_counts = _animal_counts(animals.most_common(MAX_ANIMALS))
    yield charts.vertical_bars("days", "Answers per day", list(zip(day_names, counts, strict=True)))
    yield charts.horizontal_bars("verdicts", "Verdicts", "verdict", shares)
    yield charts.horizontal_bars("animals", "Most frequent animals", "animal", animal_counts)
    yield charts.line_chart("times", "Time per answer", "ms", day_names, times)


def _accuracy_charts() -> Iterator[Chart]:
    by_feedback, by_review = statistics.feedback_accuracy(), statistics.review_accuracy()
    title = "Right answers by {} (all time)"
    yield charts.horizontal_bars("people", title.format("feedback"), "model version", _accuracies(by_feedback))
    yield charts.horizontal_bars("staff", title.format("review"), "model version", _accuracies(by_review))


def _shares(counts: Sequence[tuple[str, int]]) -> list[tuple[str, float, str]]:
    total = sum(count for _, count in counts) or 1
    return [(name, count, f"{count:,} · {count / total:.0%}") for name, count in counts]


def _animal_counts(counts: Sequence[tuple[str, int]]) -> list[tuple[str, float, str]]:
    return [(search.display(wnid) or wnid, count, f"{count:,}") for wnid, count in counts]


def _accuracies(accuracies: Sequence[ModelAccuracy]) -> list[tuple[str, float, str]]:
    shares = ((accuracy, accuracy.right / accuracy.judged) for accuracy in accuracies)
    return [(accuracy.version, share, f"{share:.0%} of {accuracy.judged:,}") for accuracy, share in shares]
