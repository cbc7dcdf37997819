"""Why: which part of the photo spoke for a class.

MobileNetV2 ends in a global average over 7×7 cells and one dense layer, so a class's logit is exactly the mean of its
class activation map plus a bias: ``logit[c] = mean(features @ W[:, c]) + b[c]`` (Zhou et al., "Learning Deep Features
for Discriminative Localization", CVPR 2016). The same forward pass gives it; there are no gradients.
"""

from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray

from classifier.imaging.crops import Box
from classifier.inference.engine import ModelOutput
from classifier.prediction.result import VERDICT, Heatmap


def explain(
    prediction: ModelOutput,
    head: NDArray[np.float32],
    boxes: Sequence[Box],
    size: tuple[int, int],
    *,
    verdict: Collection[int],
    classes: Collection[int],
) -> Heatmap:
    """Maps of the view in which the verdict's classes (indices 0–999) scored highest.

    ``prediction`` has n views with features, ``head`` is the dense layer's kernel (1280, 1000), ``boxes`` are the n
    views in the pixels of the upright photo of ``size`` (width, height). Values are logits, of either sign.
    """
    members = sorted(verdict)
    view = int(prediction.probabilities[:, members].sum(axis=1).argmax())
    features, shares = prediction.features[view], _shares(prediction.probabilities[view, members])
    maps = {VERDICT: _map(features, head[:, members] @ shares)}
    maps |= {str(index): _map(features, head[:, index]) for index in classes}
    return Heatmap(_fractions(boxes[view], size), maps)


def _shares(scores: NDArray[np.float32]) -> NDArray[np.float32]:
    """How much each class adds to a group: its part of the group's probability; equal parts of nothing."""
    total = scores.sum()
    return scores / total if total > 0 else np.full_like(scores, 1 / len(scores))


def _map(features: NDArray[np.float32], weights: NDArray[np.float32]) -> tuple[float, ...]:
    """49 logits, rows from the upper left."""
    return tuple(round(float(value), 3) for value in (features @ weights).ravel())


def _fractions(box: Box, size: tuple[int, int]) -> tuple[float, float, float, float]:
    width, height = size
    x, y = box.left / width, box.upper / height
    return (round(x, 5), round(y, 5), round(box.right / width - x, 5), round(box.lower / height - y, 5))
