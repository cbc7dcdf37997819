"""Serving engine: LiteRT with one thread per interpreter.

One core classifies a square in 7 ms, and batches are not faster (7.9 ms per square in a batch of 8). Squares are
therefore run one by one; the worker pool runs them in parallel. Figures: docs/decisions/0001-litert-serves.md.
"""

import numpy as np
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray

from classifier.inference.engine import ModelOutput
from classifier.vocabulary.labels import labels

FEATURES_SHAPE = (7, 7, 1280)


class LiteRTEngine:
    """MobileNetV2 in LiteRT, float32 or int8. Not thread-safe: use one instance per thread."""

    def __init__(self, model: bytes) -> None:
        """Load ``model``, a LiteRT file with the outputs (1, 1000) and (1, 7, 7, 1280).

        Raises ``ValueError`` for any other file.
        """
        self._interpreter = Interpreter(model_content=model, num_threads=1)
        self._interpreter.allocate_tensors()
        self._input = self._interpreter.get_input_details()[0]["index"]
        outputs = {tuple(output["shape"][1:]): output["index"] for output in self._interpreter.get_output_details()}
        if set(outputs) != {(len(labels()),), FEATURES_SHAPE}:
            raise ValueError(f"the model's outputs are {sorted(outputs)}; expected (1000,) and {FEATURES_SHAPE}")
        self._probabilities, self._features = outputs[(len(labels()),)], outputs[FEATURES_SHAPE]

    def predict(self, squares: NDArray[np.uint8], *, with_features: bool = False) -> ModelOutput:
        """See ``Engine.predict``."""
        probabilities, features = [], []
        for square in squares:
            self._interpreter.set_tensor(self._input, square[np.newaxis])
            self._interpreter.invoke()
            probabilities.append(self._interpreter.get_tensor(self._probabilities))
            if with_features:
                features.append(self._interpreter.get_tensor(self._features))
        no_features = np.empty((0, *FEATURES_SHAPE), np.float32)
        return ModelOutput(np.concatenate(probabilities), np.concatenate(features) if features else no_features)
