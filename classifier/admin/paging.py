"""Pages, counts and days of a list that may have millions of rows: nothing here reads more than it shows.

A count ends at ``MOST``; past it PostgreSQL is asked what it expects. Days come from the calendar, not from the rows.
"""

import calendar
import json
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

from django.contrib.admin.views.main import ChangeList
from django.core.paginator import Paginator
from django.db import connection
from django.utils import timezone
from django.utils.formats import date_format

from classifier.history.records import Rows
from classifier.models import Classification

if TYPE_CHECKING:
    Pages = Paginator[Classification]  # generic for the type checker only
else:
    Pages = Paginator

#: Rows that are counted, and paged through. What lies deeper is found by its day or a filter.
MOST = 10_000


def count(rows: Rows) -> int:
    """How many there are, to ``MOST`` + 1. In the order of an index: a plan that reads the table ends nowhere near."""
    return rows.order_by("-created_at").values("created_at")[: MOST + 1].count()


def in_words(found: int) -> str:
    """A count as it is said: ``1,204``, ``more than 10,000``."""
    return f"more than {MOST:,}" if found > MOST else f"{found:,}"


def expected(rows: Rows) -> int | None:
    """How many PostgreSQL expects, from its statistics alone; other databases have no opinion."""
    if connection.vendor != "postgresql":
        return None
    plan = json.loads(rows.order_by().explain(format="json"))
    return int(plan[0]["Plan"]["Plan Rows"])


class BoundedPaginator(Pages):
    """Pages to ``MOST``."""

    @cached_property
    def found(self) -> int:
        """To ``MOST`` + 1, which stands for more."""
        return count(cast("Rows", self.object_list))

    @cached_property
    def count(self) -> int:
        return min(self.found, MOST)


class History(ChangeList):
    """The list, which says how many there are without counting them, and leads to a day without looking for days."""

    @cached_property
    def how_many(self) -> str:
        """For a person: ``37``, or ``more than 10,000 (about 82,000)``."""
        found = self.paginator.found
        about = expected(self.queryset) if found > MOST else None
        return in_words(found) + (f" (about {about:,})" if about and about > MOST else "")

    def days(self) -> dict[str, Any]:
        """What Django's template of a date hierarchy takes: the way back, and the choices within."""
        chosen = [self.params.get(f"{self.date_hierarchy}__{part}") for part in ("year", "month", "day")]
        year, month, day = (int(part) if part and part.isdecimal() else None for part in chosen)
        first, last = _span()
        if first is None or last is None:
            return {"show": False}
        if year and month and day:
            return self._shown([], back=(year, month), title=date_format(date(year, month, day), "MONTH_DAY_FORMAT"))
        if year and month:
            every = (date(year, month, number) for number in range(1, calendar.monthrange(year, month)[1] + 1))
            return self._shown([(one.year, one.month, one.day) for one in every if first <= one <= last], back=(year,))
        if year:
            months = [(year, number) for number in range(1, 13)]
            return self._shown([one for one in months if _month(first) <= one <= _month(last)], back=())
        return self._shown([(number,) for number in range(first.year, last.year + 1)])

    def _shown(
        self, choices: list[tuple[int, ...]], back: tuple[int, ...] | None = None, title: str = ""
    ) -> dict[str, Any]:
        shown = [{"link": self._link(choice), "title": _title(choice)} for choice in choices]
        up = None if back is None else {"link": self._link(back), "title": _title(back) if back else "All dates"}
        return {"show": True, "back": up, "choices": [{"title": title}] if title else shown}

    def _link(self, parts: tuple[int, ...]) -> str:
        names = [f"{self.date_hierarchy}__{part}" for part in ("year", "month", "day")]
        return self.get_query_string(dict(zip(names, parts, strict=False)), [f"{self.date_hierarchy}__"])


def _span() -> tuple[date | None, date | None]:
    """The first and the last day there is, each from its end of the index: SQLite reads all for both at once."""
    times = Classification.objects.values_list("created_at", flat=True)
    ends = (times.order_by("created_at").first(), times.order_by("-created_at").first())
    first, last = (timezone.localdate(at) if at else None for at in ends)
    return first, last


def _month(day: date) -> tuple[int, int]:
    return day.year, day.month


def _title(parts: tuple[int, ...]) -> str:
    forms = {2: "YEAR_MONTH_FORMAT", 3: "MONTH_DAY_FORMAT"}
    return str(parts[0]) if len(parts) == 1 else date_format(date(*[*parts, 1][:3]), forms[len(parts)])
