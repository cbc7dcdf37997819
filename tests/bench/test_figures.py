"""What the bench makes of its figures."""

import pytest

from tests.bench.figures import Cell, Run, interval, paired_ratios, quantile, spread

CELL = Cell("224", 8)


def runs(contestant: str, *values: float) -> list[Run]:
    return [Run(turn, contestant, CELL, {"cpu_ms": value}) for turn, value in enumerate(values)]


def test_ratios_are_of_the_same_round():
    both = runs("ours", 1, 4, 9) + runs("theirs", 2, 2)
    assert paired_ratios(both, "ours", "theirs", CELL, "cpu_ms") == [0.5, 2]


def test_the_interval_holds_the_median_and_lies_within_the_ratios():
    found = interval([0.8, 0.9, 1.0, 1.1, 5.0])
    assert found.median == 1.0
    assert 0.8 <= found.least <= found.median <= found.most <= 5.0
    assert found == interval([0.8, 0.9, 1.0, 1.1, 5.0])


def test_a_spread_shows_median_least_and_most():
    assert f"{spread([3, 1, 2]):.1f}" == "2.0 (1.0-3.0)"


@pytest.mark.parametrize(("share", "value"), [(0, 1), (0.5, 51), (0.95, 96), (1, 100)])
def test_quantiles_are_values_that_were_measured(share, value):
    assert quantile(list(range(1, 101)), share) == value
