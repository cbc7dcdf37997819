"""The squares that the model looks at."""

import pytest

from classifier.imaging.crops import Box, Views, boxes


def test_fast_is_the_square_in_the_middle():
    assert boxes(512, 256, Views.FAST) == [Box(128, 0, 384, 256)]


def test_best_begins_with_the_centre_of_the_short_side_at_256():
    assert boxes(512, 256, Views.BEST)[0] == Box(144, 16, 368, 240)


def test_best_adds_both_ends_of_a_wide_photo():
    assert boxes(300, 100, Views.BEST)[1:] == [Box(0, 0, 100, 100), Box(200, 0, 300, 100)]


def test_best_adds_both_ends_of_a_tall_photo():
    assert boxes(100, 300, Views.BEST)[1:] == [Box(0, 0, 100, 100), Box(0, 200, 100, 300)]


@pytest.mark.parametrize("size", [(1, 1), (1, 5000), (5000, 1), (333, 1000)])
def test_every_square_lies_in_the_photo(size):
    width, height = size
    for box in boxes(width, height, Views.BEST):
        assert 0 <= box.left < box.right <= width
        assert 0 <= box.upper < box.lower <= height
        assert box.right - box.left == pytest.approx(box.lower - box.upper)
