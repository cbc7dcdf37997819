"""Statistics of the benchmark: medians, spreads, and ratios with a confidence interval."""

import random
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

RESAMPLES = 4000


@dataclass(frozen=True, slots=True)
class Scenario:
    """A kind of load: the name of a picture, and the number of connections that send it."""

    picture: str
    connections: int


@dataclass(frozen=True, slots=True)
class Measurement:
    """The values of one server under one scenario in one round, by column name of ``report.COLUMNS``."""

    round: int
    server: str
    scenario: Scenario
    values: dict[str, float]

    def as_json(self) -> dict[str, object]:
        return {
            "round": self.round,
            "server": self.server,
            "picture": self.scenario.picture,
            "connections": self.scenario.connections,
            **self.values,
        }


@dataclass(frozen=True, slots=True)
class Spread:
    """A median between two bounds: minimum and maximum, or the limits of an interval."""

    median: float
    lower: float
    upper: float

    def __format__(self, spec: str) -> str:
        return f"{self.median:{spec}} ({self.lower:{spec}}-{self.upper:{spec}})"


def spread(values: Sequence[float]) -> Spread:
    return Spread(statistics.median(values), min(values), max(values))


def quantile(ordered: Sequence[float], fraction: float) -> float:
    """Return the measured value at this fraction (0…1) of an ordered sequence."""
    return ordered[min(int(fraction * len(ordered)), len(ordered) - 1)]


def paired_ratios(
    measurements: Sequence[Measurement], server: str, other: str, scenario: Scenario, column: str
) -> list[float]:
    """Return ``server``'s value divided by ``other``'s, for each round that has both."""
    values = {(run.round, run.server): run.values[column] for run in measurements if run.scenario == scenario}
    rounds = sorted({run.round for run in measurements})
    pairs = [(values.get((number, server)), values.get((number, other))) for number in rounds]
    return [value / other_value for value, other_value in pairs if value and other_value]


def bootstrap_interval(ratios: Sequence[float]) -> Spread:
    """Return the median and its 95 % interval: percentiles of the medians of seeded resamples."""
    generator = random.Random(0)
    medians = sorted(statistics.median(generator.choices(ratios, k=len(ratios))) for _ in range(RESAMPLES))
    return Spread(statistics.median(ratios), medians[int(0.025 * RESAMPLES)], medians[int(0.975 * RESAMPLES) - 1])
