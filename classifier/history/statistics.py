"""What the dashboard shows: the answers of the last days, and how right people and staff found them.

A day is counted once, when it is surely over, and kept (``Day``); only the last two are counted anew. So it costs the
same however many records there are.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Count
from django.utils import timezone

from classifier.models import Classification, DailyStatistics
from classifier.prediction.result import VerdictKind

#: Records come late by seconds; by hours when a store was away.
OPEN_DAYS = 2
ANIMALS = {VerdictKind.SPECIES.value, VerdictKind.GROUP.value}
READ_TOGETHER = 5000


@dataclass(frozen=True, slots=True)
class DayStatistics:
    """One day: answers by verdict, by animal (wnid), and the median and 95th percentile of the milliseconds."""

    verdicts: dict[str, int]
    animals: dict[str, int]
    p50_ms: float | None
    p95_ms: float | None

    @property
    def answers(self) -> int:
        """All of the day."""
        return sum(self.verdicts.values())


@dataclass(frozen=True, slots=True)
class ModelAccuracy:
    """How many answers of a model were found right, of those that anybody judged."""

    version: str
    right: int
    judged: int


def last_days(count: int, today: date | None = None) -> dict[date, DayStatistics]:
    """The last ``count`` days, the oldest first, today among them."""
    today = today or timezone.localdate()
    days = [today - timedelta(days=back) for back in reversed(range(count))]
    kept = {row.day: DayStatistics(**row.statistics) for row in DailyStatistics.objects.filter(day__in=days)}
    found = {day: kept.get(day) or _counted(day) for day in days}
    over = [day for day in days[:-OPEN_DAYS] if day not in kept]
    DailyStatistics.objects.bulk_create(
        [DailyStatistics(day=day, statistics=asdict(found[day])) for day in over], ignore_conflicts=True
    )
    return found


def said_by_people() -> list[ModelAccuracy]:
    """Of each model version, by what owners said."""
    return _accuracy("feedback")


def said_by_staff() -> list[ModelAccuracy]:
    """Of each model version, by what staff said."""
    return _accuracy("review")


def _counted(day: date) -> DayStatistics:
    """From the index ``classification_day`` alone."""
    start = timezone.make_aware(datetime.combine(day, time.min))
    rows = Classification.objects.filter(created_at__gte=start, created_at__lt=start + timedelta(days=1)).order_by()
    verdicts, animals, times = Counter[str](), Counter[str](), list[float]()
    for verdict, wnid, total_ms in rows.values_list("verdict", "wnid", "total_ms").iterator(READ_TOGETHER):
        verdicts[verdict] += 1
        animals[wnid] += verdict in ANIMALS
        times.append(total_ms)
    times.sort()
    return DayStatistics(dict(verdicts), dict(+animals), _quantile(times, 0.5), _quantile(times, 0.95))


def _quantile(ordered: Sequence[float], share: float) -> float | None:
    """The nearest of the values themselves."""
    return round(ordered[min(len(ordered) - 1, int(len(ordered) * share))], 2) if ordered else None


def _accuracy(field: str) -> list[ModelAccuracy]:
    rows = Classification.objects.filter(**{f"{field}__gt": ""}).order_by()
    found: dict[str, Counter[str]] = {}
    for version, opinion, count in rows.values_list("model_version", field).annotate(count=Count("*")):
        found.setdefault(version, Counter())[opinion] = count
    return [ModelAccuracy(version, said["right"], said.total()) for version, said in sorted(found.items())]
