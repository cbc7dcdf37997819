"""Statistics for the dashboard: the answers of the last days, and the accuracy of each model version.

A finished day is counted once and stored (``DailyStatistics``). Only the last two days are counted at each request, so
the cost does not grow with the number of records.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Count
from django.utils import timezone

from classifier.models import Classification, DailyStatistics
from classifier.prediction.result import VerdictKind

#: Days that are not stored yet, because records may arrive late: by seconds, or by hours after an outage.
RECOUNTED_DAYS = 2
ANIMAL_VERDICTS = {VerdictKind.SPECIES.value, VerdictKind.GROUP.value}
CHUNK_SIZE = 5000


@dataclass(frozen=True, slots=True)
class DayStatistics:
    """Statistics of one day: answers by verdict, by animal (wnid), and median and 95th percentile of the total time."""

    verdicts: dict[str, int]
    animals: dict[str, int]
    p50_ms: float | None
    p95_ms: float | None

    @property
    def answers(self) -> int:
        """Return the number of answers of the day."""
        return sum(self.verdicts.values())


@dataclass(frozen=True, slots=True)
class ModelAccuracy:
    """The number of right answers of a model version among those with an opinion."""

    version: str
    right: int
    judged: int


def last_days(count: int, today: date | None = None) -> dict[date, DayStatistics]:
    """Return the statistics of the last ``count`` days including today, the oldest first."""
    today = today or timezone.localdate()
    days = [today - timedelta(days=days_ago) for days_ago in reversed(range(count))]
    stored = {row.day: DayStatistics(**row.statistics) for row in DailyStatistics.objects.filter(day__in=days)}
    statistics = {day: stored.get(day) or _count_day(day) for day in days}
    finished = [day for day in days[:-RECOUNTED_DAYS] if day not in stored]
    DailyStatistics.objects.bulk_create(
        [DailyStatistics(day=day, statistics=asdict(statistics[day])) for day in finished], ignore_conflicts=True
    )
    return statistics


def feedback_accuracy() -> list[ModelAccuracy]:
    """Return the accuracy of each model version by the feedback of owners."""
    return _accuracy("feedback")


def review_accuracy() -> list[ModelAccuracy]:
    """Return the accuracy of each model version by the reviews of staff."""
    return _accuracy("review")


def _count_day(day: date) -> DayStatistics:
    """Count one day. The index ``classification_day`` alone answers the query."""
    start = timezone.make_aware(datetime.combine(day, time.min))
    records = Classification.objects.filter(created_at__gte=start, created_at__lt=start + timedelta(days=1)).order_by()
    verdicts, animals, times = Counter[str](), Counter[str](), list[float]()
    for verdict, wnid, total_ms in records.values_list("verdict", "wnid", "total_ms").iterator(CHUNK_SIZE):
        verdicts[verdict] += 1
        animals[wnid] += verdict in ANIMAL_VERDICTS
        times.append(total_ms)
    times.sort()
    return DayStatistics(dict(verdicts), dict(+animals), _quantile(times, 0.5), _quantile(times, 0.95))


def _quantile(ordered: Sequence[float], fraction: float) -> float | None:
    """Return the nearest-rank quantile, without interpolation."""
    return round(ordered[min(len(ordered) - 1, int(len(ordered) * fraction))], 2) if ordered else None


def _accuracy(field: str) -> list[ModelAccuracy]:
    records = Classification.objects.filter(**{f"{field}__gt": ""}).order_by()
    opinions: dict[str, Counter[str]] = {}
    for version, opinion, count in records.values_list("model_version", field).annotate(count=Count("*")):
        opinions.setdefault(version, Counter())[opinion] = count
    return [ModelAccuracy(version, counts["right"], counts.total()) for version, counts in sorted(opinions.items())]
