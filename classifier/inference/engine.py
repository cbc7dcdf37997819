"""What any engine must do."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class ModelOutput:
    """What the model says of ``n`` squares.

    ``probabilities``: float32 (n, 1000), each row a softmax: 0…1, sum 1.
    ``features``: float32 (n, 7, 7, 1280), the last convolution's output, ≥ 0; empty (0, 7, 7, 1280) unless asked for.
    """

    probabilities: NDArray[np.float32]
    features: NDArray[np.float32]


class Engine(Protocol):
    """One model in memory. An instance belongs to one thread."""

    def predict(self, squares: NDArray[np.uint8], *, with_features: bool = False) -> ModelOutput:
        """The model's answer for uint8 RGB ``squares`` (n, 224, 224, 3), 0…255; preprocessing is the model's own."""
        ...
