"""Tests of the rule for "Is this a squirrel?"."""

import numpy as np
import pytest

from classifier.prediction.squirrel import is_squirrel
from classifier.vocabulary.taxonomy import FOX_SQUIRREL

MARMOT = 336


@pytest.mark.parametrize(
    ("squirrel", "marmot", "answer"),
    [
        (0.20, 0.10, "yes"),
        (0.90, 0.05, "yes"),
        (0.19, 0.10, "maybe"),
        (0.30, 0.40, "maybe"),
        (0.05, 0.90, "maybe"),
        (0.049, 0.90, "no"),
        (0.0, 0.0, "no"),
    ],
)
def test_the_answer_changes_at_the_thresholds_of_the_rule(squirrel, marmot, answer):
    probabilities = np.full(1000, 1e-5, np.float32)
    probabilities[FOX_SQUIRREL], probabilities[MARMOT] = squirrel, marmot
    assert is_squirrel(probabilities) == answer
