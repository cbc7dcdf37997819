"""What any engine must do, and which one this process uses."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from classifier.inference import artifact
from classifier.inference.artifact import Artifact


@dataclass(frozen=True, slots=True)
class Prediction:
    """What the model says of ``n`` squares.

    ``probabilities``: float32 (n, 1000), each row a softmax: 0…1, sum 1.
    ``features``: float32 (n, 7, 7, 1280), the last convolution's output, ≥ 0; empty (0, 7, 7, 1280) unless asked for.
    """

    probabilities: NDArray[np.float32]
    features: NDArray[np.float32]


class Engine(Protocol):
    """One model in memory. An instance belongs to one thread."""

    def predict(self, squares: NDArray[np.uint8], *, with_features: bool = False) -> Prediction:
        """The model's answer for uint8 RGB ``squares`` (n, 224, 224, 3), 0…255; preprocessing is the model's own."""
        ...


@dataclass(frozen=True, slots=True)
class Model:
    """A verified artefact and how to make an engine of it, one for each thread."""

    artifact: Artifact
    make_engine: Callable[[], Engine]


def load_model(directory: Path, engine: str) -> Model:
    """The model in ``directory`` under ``engine``: ``litert`` or ``tensorflow``. Raises ``ArtifactError``."""
    found = artifact.load(directory)
    if engine == "tensorflow":
        from classifier.inference.keras import KerasEngine  # noqa: PLC0415 - 572 MB that LiteRT does without

        shared = KerasEngine(artifact.load_weights(directory))
        return Model(found, lambda: shared)
    from classifier.inference.litert import LiteRTEngine  # noqa: PLC0415 - absent where TensorFlow serves

    return Model(found, lambda: LiteRTEngine(found.content))
