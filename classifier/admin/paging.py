"""Pages, counts and dates of a list that may have millions of records. No query reads the whole table.

Counts stop at ``MAX_COUNT``; PostgreSQL then estimates the rest. Dates come from the calendar, not from the records.
"""

import calendar
import json
from collections.abc import Sequence
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

from django.contrib.admin.views.main import ChangeList
from django.core.paginator import Paginator
from django.db import connection
from django.utils import timezone
from django.utils.formats import date_format

from classifier.history.records import Records
from classifier.models import Classification

if TYPE_CHECKING:
    Pages = Paginator[Classification]  # generic for the type checker only
else:
    Pages = Paginator

#: Records that are counted and paged through. Staff reach the others by date or by a filter.
MAX_COUNT = 10_000
DATE_PARTS = ("year", "month", "day")


def count_bounded(records: Records) -> int:
    """Count records up to ``MAX_COUNT`` + 1. The order of an index keeps the database from reading the whole table."""
    return records.order_by("-created_at").values("created_at")[: MAX_COUNT + 1].count()


def count_text(count: int) -> str:
    """Return a bounded count as text: ``1,204`` or ``more than 10,000``."""
    return f"more than {MAX_COUNT:,}" if count > MAX_COUNT else f"{count:,}"


def estimate_count(records: Records) -> int | None:
    """Return PostgreSQL's estimate from its statistics; ``None`` on other databases."""
    if connection.vendor != "postgresql":
        return None
    plan = json.loads(records.order_by().explain(format="json"))
    return int(plan[0]["Plan"]["Plan Rows"])


class BoundedPaginator(Pages):
    """A paginator of at most ``MAX_COUNT`` records."""

    @cached_property
    def bounded_count(self) -> int:
        """Return the number of records; ``MAX_COUNT`` + 1 stands for any larger number."""
        return count_bounded(cast("Records", self.object_list))

    @cached_property
    def count(self) -> int:
        return min(self.bounded_count, MAX_COUNT)


class RecordList(ChangeList):
    """A list with a bounded count and a date hierarchy that reads only the first and the last date."""

    @cached_property
    def result_count_text(self) -> str:
        """Return the number of records as text: ``37``, or ``more than 10,000 (about 82,000)``."""
        count = self.paginator.bounded_count
        estimate = estimate_count(self.queryset) if count > MAX_COUNT else None
        return count_text(count) + (f" (about {estimate:,})" if estimate and estimate > MAX_COUNT else "")

    def date_choices(self) -> dict[str, Any]:
        """Return the context of Django's date hierarchy template: the link back, and the choices."""
        first, last = _first_and_last_day()
        if first is None or last is None:
            return {"show": False}
        year, month, day = self._chosen_date()
        choices: list[tuple[int, ...]]
        if year and month and day:
            title = date_format(date(year, month, day), "MONTH_DAY_FORMAT")
            return {"show": True, "back": self._link((year, month)), "choices": [{"title": title}]}
        if year and month:
            last_of_month = calendar.monthrange(year, month)[1]
            days = (date(year, month, number) for number in range(1, last_of_month + 1))
            choices = [(day.year, day.month, day.day) for day in days if first <= day <= last]
            return self._choices(choices, back=(year,))
        if year:
            months = [(year, number) for number in range(1, 13)]
            choices = [month for month in months if _month(first) <= month <= _month(last)]
            return self._choices(choices, back=())
        return self._choices([(number,) for number in range(first.year, last.year + 1)])

    def _chosen_date(self) -> tuple[int | None, ...]:
        values = (self.params.get(f"{self.date_hierarchy}__{part}") for part in DATE_PARTS)
        return tuple(int(value) if value and value.isdecimal() else None for value in values)

    def _choices(self, choices: Sequence[tuple[int, ...]], back: tuple[int, ...] | None = None) -> dict[str, Any]:
        links = [self._link(choice) for choice in choices]
        return {"show": True, "back": None if back is None else self._link(back), "choices": links}

    def _link(self, parts: tuple[int, ...]) -> dict[str, str]:
        names = [f"{self.date_hierarchy}__{part}" for part in DATE_PARTS]
        query = self.get_query_string(dict(zip(names, parts, strict=False)), [f"{self.date_hierarchy}__"])
        return {"link": query, "title": _title(parts) if parts else "All dates"}


def _first_and_last_day() -> tuple[date | None, date | None]:
    """Return the days of the oldest and the newest record by two queries; for one query SQLite reads all records."""
    times = Classification.objects.values_list("created_at", flat=True)
    first_and_last = (times.order_by("created_at").first(), times.order_by("-created_at").first())
    first, last = (timezone.localdate(time) if time else None for time in first_and_last)
    return first, last


def _month(day: date) -> tuple[int, int]:
    return day.year, day.month


def _title(parts: tuple[int, ...]) -> str:
    formats = {2: "YEAR_MONTH_FORMAT", 3: "MONTH_DAY_FORMAT"}
    return str(parts[0]) if len(parts) == 1 else date_format(date(*[*parts, 1][:3]), formats[len(parts)])
