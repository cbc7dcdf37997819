"""Statistics of the benchmark."""

import pytest

from tests.bench.measurements import Measurement, Scenario, bootstrap_interval, paired_ratios, quantile, spread

SCENARIO = Scenario("224", 8)


def measurements(server: str, *values: float) -> list[Measurement]:
    return [Measurement(number, server, SCENARIO, {"cpu_ms": value}) for number, value in enumerate(values)]


def test_ratios_compare_values_of_the_same_round():
    both = measurements("ours", 1, 4, 9) + measurements("theirs", 2, 2)
    assert paired_ratios(both, "ours", "theirs", SCENARIO, "cpu_ms") == [0.5, 2]


def test_the_bootstrap_interval_contains_the_median_and_is_reproducible():
    interval = bootstrap_interval([0.8, 0.9, 1.0, 1.1, 5.0])
    assert interval.median == 1.0
    assert 0.8 <= interval.lower <= interval.median <= interval.upper <= 5.0
    assert interval == bootstrap_interval([0.8, 0.9, 1.0, 1.1, 5.0])


def test_a_spread_is_printed_as_median_minimum_and_maximum():
    assert f"{spread([3, 1, 2]):.1f}" == "2.0 (1.0-3.0)"


@pytest.mark.parametrize(("fraction", "value"), [(0, 1), (0.5, 51), (0.95, 96), (1, 100)])
def test_a_quantile_is_a_measured_value(fraction, value):
    assert quantile(list(range(1, 101)), fraction) == value
