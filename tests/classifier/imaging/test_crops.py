"""Tests of the squares that the model classifies."""

import pytest

from classifier.imaging.crops import Box, Views, boxes


def test_fast_is_the_centre_square():
    assert boxes(512, 256, Views.FAST) == [Box(128, 0, 384, 256)]


def test_best_starts_with_the_central_224_pixels_of_a_short_side_of_256():
    assert boxes(512, 256, Views.BEST)[0] == Box(144, 16, 368, 240)


def test_best_adds_both_ends_of_a_wide_photo():
    assert boxes(300, 100, Views.BEST)[1:] == [Box(0, 0, 100, 100), Box(200, 0, 300, 100)]


def test_best_adds_both_ends_of_a_tall_photo():
    assert boxes(100, 300, Views.BEST)[1:] == [Box(0, 0, 100, 100), Box(0, 200, 100, 300)]


@pytest.mark.parametrize("size", [(1, 1), (1, 5000), (5000, 1), (333, 1000)])
def test_every_square_is_inside_the_photo(size):
    width, height = size
    for box in boxes(width, height, Views.BEST):
        assert 0 <= box.left < box.right <= width
        assert 0 <= box.upper < box.lower <= height
        assert box.right - box.left == pytest.approx(box.lower - box.upper)
