"""DayStatistics → the geometry of SVG charts. Each has its words: a title, a sentence, and its values as a table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

#: The drawing's inside, in its own units; the page scales it.
WIDTH, HEIGHT = 600, 180
ROW, LABELS = 24, 190


@dataclass(frozen=True, slots=True)
class Mark:
    """One bar, with its words: where it begins and how far it reaches."""

    label: str
    shown: str
    x: float
    y: float
    width: float
    height: float

    @property
    def end(self) -> float:
        """Where the words behind it begin."""
        return self.x + self.width + 8


@dataclass(frozen=True, slots=True)
class Line:
    """One line: its name, its dashes, its points, and what stands at each."""

    name: str
    dashes: str
    points: str
    shown: Sequence[str]


@dataclass(frozen=True, slots=True)
class Chart:
    """What a template needs. ``top`` is the value of the upper edge, ``ends`` what the horizontal axis goes between."""

    slug: str
    title: str
    description: str
    head: Sequence[str]
    table: Sequence[Sequence[str]]
    height: float = HEIGHT
    marks: Sequence[Mark] = ()
    lines: Sequence[Line] = ()
    top: str = ""
    ends: Sequence[str] = field(default=())


def rows(slug: str, title: str, what: str, values: Sequence[tuple[str, float, str]]) -> Chart:
    """Horizontal bars: label, value 0…, and the value in words. The longest fills the width."""
    most = max((value for _, value, _ in values), default=0) or 1
    marks = [
        Mark(label, shown, LABELS, number * ROW, round((WIDTH - LABELS - 110) * value / most, 1), ROW - 8)
        for number, (label, value, shown) in enumerate(values)
    ]
    description = "; ".join(f"{label}: {shown}" for label, _, shown in values) or "Nothing yet."
    table = [(label, shown) for label, _, shown in values]
    return Chart(slug, title, description, (what, title), table, height=len(values) * ROW or ROW, marks=marks)


def columns(slug: str, title: str, values: Sequence[tuple[str, int]]) -> Chart:
    """Vertical bars, one a day."""
    most, step = max((value for _, value in values), default=0) or 1, WIDTH / (len(values) or 1)
    marks = [
        Mark(
            label,
            f"{value:,}",
            round(number * step, 1),
            _y(value, most),
            round(step * 0.8, 1),
            HEIGHT - _y(value, most),
        )
        for number, (label, value) in enumerate(values)
    ]
    total = sum(value for _, value in values)
    table = [(label, f"{value:,}") for label, value in values]
    described = f"{total:,} in all; {most:,} on the busiest day."
    ends = (values[0][0], values[-1][0]) if values else ()
    return Chart(slug, title, described, ("day", title), table, marks=marks, top=f"{most:,}", ends=ends)


def lines(slug: str, title: str, unit: str, days: Sequence[str], values: Mapping[str, Sequence[float | None]]) -> Chart:
    """Lines over the same days, told apart by their dashes; a day without a value is left out."""
    most = max((value for series in values.values() for value in series if value is not None), default=0) or 1
    step = WIDTH / max(1, len(days) - 1)
    drawn = [
        Line(name, dashes, _points(series, most, step), [_figure(value, unit) for value in series])
        for (name, series), dashes in zip(values.items(), ("", "6 4"), strict=False)
    ]
    latest = "; ".join(f"{line.name}: {line.shown[-1]}" for line in drawn) if days else "Nothing yet"
    table = list(zip(days, *(line.shown for line in drawn), strict=True))
    ends = (days[0], days[-1]) if days else ()
    described, head = f"On the last day {latest}.", ("day", *values)
    return Chart(slug, title, described, head, table, lines=drawn, top=_figure(most, unit), ends=ends)


def _y(value: float, most: float) -> float:
    return round(HEIGHT * (1 - value / most), 1)


def _points(series: Sequence[float | None], most: float, step: float) -> str:
    places = ((number * step, _y(value, most)) for number, value in enumerate(series) if value is not None)
    return " ".join(f"{x:.1f},{y}" for x, y in places)


def _figure(value: float | None, unit: str) -> str:
    return "–" if value is None else f"{value:,.0f} {unit}"
