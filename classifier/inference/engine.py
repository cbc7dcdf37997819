"""Interface of the engines that run the model."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class ModelOutput:
    """Output of the model for ``n`` squares.

    ``probabilities``: float32 (n, 1000), each row a softmax: 0…1, sum 1.
    ``features``: float32 (n, 7, 7, 1280), ≥ 0, the output of the last convolution; (0, 7, 7, 1280) if not requested.
    """

    probabilities: NDArray[np.float32]
    features: NDArray[np.float32]


class Engine(Protocol):
    """A model in memory. Each thread uses its own instance."""

    def predict(self, squares: NDArray[np.uint8], *, with_features: bool = False) -> ModelOutput:
        """Run the model on uint8 RGB ``squares`` (n, 224, 224, 3), 0…255. The model includes its preprocessing."""
        ...
