"""Heatmaps: how much each part of a photo contributed to a class.

MobileNetV2 ends in a global average over 7×7 cells and one dense layer, so a class's logit is exactly the mean of its
class activation map plus a bias: ``logit[c] = mean(features @ W[:, c]) + b[c]`` (Zhou et al., "Learning Deep Features
for Discriminative Localization", CVPR 2016). It needs no gradients and no second forward pass.
"""

from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray

from classifier.imaging.crops import Box
from classifier.inference.engine import ModelOutput
from classifier.prediction.result import VERDICT_MAP, Heatmap


def explain(
    output: ModelOutput,
    head: NDArray[np.float32],
    boxes: Sequence[Box],
    size: tuple[int, int],
    *,
    verdict: Collection[int],
    classes: Collection[int],
) -> Heatmap:
    """Return the maps of the square in which the verdict's classes (indices 0–999) scored highest.

    ``output`` has n squares with features, ``head`` is the kernel (1280, 1000) of the dense layer, ``boxes`` are the n
    squares in pixels of the upright photo of ``size`` (width, height). Map values are logits and can be negative.
    """
    members = sorted(verdict)
    square = int(output.probabilities[:, members].sum(axis=1).argmax())
    features, shares = output.features[square], _shares(output.probabilities[square, members])
    maps = {VERDICT_MAP: _map(features, head[:, members] @ shares)}
    maps |= {str(index): _map(features, head[:, index]) for index in classes}
    return Heatmap(_fractions(boxes[square], size), maps)


def _shares(scores: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return each class's share of the group's probability; equal shares if that is 0."""
    total = scores.sum()
    return scores / total if total > 0 else np.full_like(scores, 1 / len(scores))


def _map(features: NDArray[np.float32], weights: NDArray[np.float32]) -> tuple[float, ...]:
    """Return 49 logits, row by row from the upper left."""
    return tuple(round(float(value), 3) for value in (features @ weights).ravel())


def _fractions(box: Box, size: tuple[int, int]) -> tuple[float, float, float, float]:
    width, height = size
    x, y = box.left / width, box.upper / height
    return (round(x, 5), round(y, 5), round(box.right / width - x, 5), round(box.lower / height - y, 5))
