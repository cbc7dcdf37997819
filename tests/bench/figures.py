"""Figures of many rounds → medians, spreads and ratios that say how sure they are."""

import random
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass

RESAMPLES = 4000


@dataclass(frozen=True, slots=True)
class Cell:
    """What was asked: which picture, over how many connections."""

    picture: str
    connections: int


@dataclass(frozen=True, slots=True)
class Run:
    """One contestant's figures for one cell in one round."""

    round: int
    contestant: str
    cell: Cell
    figures: dict[str, float]

    def as_json(self) -> dict[str, object]:
        return {"round": self.round, "contestant": self.contestant, **asdict(self.cell), **self.figures}


@dataclass(frozen=True, slots=True)
class Spread:
    """Median, least and most."""

    median: float
    least: float
    most: float

    def __format__(self, spec: str) -> str:
        return f"{self.median:{spec}} ({self.least:{spec}}-{self.most:{spec}})"


def spread(values: Sequence[float]) -> Spread:
    return Spread(statistics.median(values), min(values), max(values))


def quantile(ordered: Sequence[float], share: float) -> float:
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)]


def paired_ratios(runs: Sequence[Run], ours: str, other: str, cell: Cell, figure: str) -> list[float]:
    """Ours over the other's, round by round."""
    by_round = {(run.round, run.contestant): run.figures[figure] for run in runs if run.cell == cell}
    rounds = sorted({run.round for run in runs})
    pairs = [(by_round.get((turn, ours)), by_round.get((turn, other))) for turn in rounds]
    return [mine / theirs for mine, theirs in pairs if mine and theirs]


def interval(ratios: Sequence[float]) -> Spread:
    """Their median, with the 95 % bootstrap interval of it (percentiles of resampled medians; seeded)."""
    chance = random.Random(0)
    medians = sorted(statistics.median(chance.choices(ratios, k=len(ratios))) for _ in range(RESAMPLES))
    return Spread(statistics.median(ratios), medians[int(0.025 * RESAMPLES)], medians[int(0.975 * RESAMPLES) - 1])
