"""Geometry of the dashboard's SVG charts. Each chart has a title, a description in one sentence, and a table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

#: Size of the plot area, in units of the SVG's view box. The page scales it.
WIDTH, HEIGHT = 600, 180
ROW_HEIGHT, LABEL_WIDTH, VALUE_WIDTH = 24, 190, 110


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its label, its value as text, and its rectangle in units of the view box."""

    label: str
    value_text: str
    x: float
    y: float
    width: float
    height: float

    @property
    def text_x(self) -> float:
        """Return the x coordinate of the value text, to the right of a horizontal bar."""
        return self.x + self.width + 8


@dataclass(frozen=True, slots=True)
class Series:
    """One line of a line chart: its SVG dash pattern, its SVG points ``x,y x,y …`` and the text of each value."""

    name: str
    dashes: str
    points: str
    value_texts: Sequence[str]


@dataclass(frozen=True, slots=True)
class Chart:
    """The data of the chart template. ``max_text`` labels the upper edge, ``x_labels`` both ends of the x axis."""

    slug: str
    title: str
    description: str
    columns: Sequence[str]
    table: Sequence[Sequence[str]]
    height: float = HEIGHT
    bars: Sequence[Bar] = ()
    series: Sequence[Series] = ()
    max_text: str = ""
    x_labels: Sequence[str] = ()


def horizontal_bars(slug: str, title: str, label_name: str, values: Sequence[tuple[str, float, str]]) -> Chart:
    """Return a chart of (label, value, value as text). The largest value fills the width."""
    scale = (WIDTH - LABEL_WIDTH - VALUE_WIDTH) / (max((value for _, value, _ in values), default=0) or 1)
    bars = [
        Bar(label, text, LABEL_WIDTH, row * ROW_HEIGHT, round(value * scale, 1), ROW_HEIGHT - 8)
        for row, (label, value, text) in enumerate(values)
    ]
    description = "; ".join(f"{label}: {text}" for label, _, text in values)
    table = [(label, text) for label, _, text in values]
    height = max(1, len(values)) * ROW_HEIGHT
    return Chart(slug, title, description, (label_name, title), table, height=height, bars=bars)


def vertical_bars(slug: str, title: str, values: Sequence[tuple[str, int]]) -> Chart:
    """Return a chart of (day, value) with one bar per day. There must be at least one day."""
    max_value, step = max(value for _, value in values) or 1, WIDTH / len(values)
    bars = [
        Bar(
            label,
            f"{value:,}",
            round(index * step, 1),
            _y(value, max_value),
            round(step * 0.8, 1),
            HEIGHT - _y(value, max_value),
        )
        for index, (label, value) in enumerate(values)
    ]
    total = sum(value for _, value in values)
    table = [(label, f"{value:,}") for label, value in values]
    description = f"{total:,} in total; {max_value:,} on the busiest day."
    x_labels = (values[0][0], values[-1][0])
    max_text = f"{max_value:,}"
    return Chart(slug, title, description, ("day", title), table, bars=bars, max_text=max_text, x_labels=x_labels)


def line_chart(
    slug: str, title: str, unit: str, days: Sequence[str], values: Mapping[str, Sequence[float | None]]
) -> Chart:
    """Return a chart of one or two series over the same days. Dashes mark the second line.

    ``values``: for each series its name and one value per day, ``None`` for a day that its line leaves out.
    """
    max_value = max((value for series in values.values() for value in series if value is not None), default=0) or 1
    step = WIDTH / max(1, len(days) - 1)
    all_series = [
        Series(name, dashes, _points(series, max_value, step), [_value_text(value, unit) for value in series])
        for (name, series), dashes in zip(values.items(), ("", "6 4"), strict=False)
    ]
    latest = "; ".join(f"{series.name} {series.value_texts[-1]}" for series in all_series)
    description = f"On the last day: {latest}."
    return Chart(
        slug,
        title,
        description,
        ("day", *values),
        table=list(zip(days, *(series.value_texts for series in all_series), strict=True)),
        series=all_series,
        max_text=_value_text(max_value, unit),
        x_labels=(days[0], days[-1]),
    )


def _y(value: float, max_value: float) -> float:
    return round(HEIGHT * (1 - value / max_value), 1)


def _points(series: Sequence[float | None], max_value: float, step: float) -> str:
    points = ((index * step, _y(value, max_value)) for index, value in enumerate(series) if value is not None)
    return " ".join(f"{x:.1f},{y}" for x, y in points)


def _value_text(value: float | None, unit: str) -> str:
    return "–" if value is None else f"{value:,.0f} {unit}"
