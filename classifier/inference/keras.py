"""Reference engine: Keras on TensorFlow. No other module of the server imports either."""

from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from classifier.imaging.crops import INPUT_SIDE
from classifier.inference.engine import ModelOutput


def reference_model(weights: Path, *, batch: int | None = None) -> keras.Model:
    """Return Keras's MobileNetV2 from uint8 RGB (n, 224, 224, 3) to probabilities (n, 1000), features (n, 7, 7, 1280).

    ``batch`` fixes n. The model includes the preprocessing x / 127.5 - 1
    (``keras.applications.mobilenet_v2.preprocess_input``).
    """
    network = keras.applications.MobileNetV2(weights=str(weights))
    outputs = keras.Model(network.input, [network.output, network.get_layer("out_relu").output])
    pixels = keras.Input(batch_shape=(batch, INPUT_SIDE, INPUT_SIDE, 3), dtype="uint8")
    return keras.Model(pixels, outputs(keras.layers.Rescaling(1 / 127.5, -1)(pixels)))


class KerasEngine:
    """MobileNetV2 as a traced ``tf.function``. Thread-safe: one instance serves all threads."""

    def __init__(self, weights: Path) -> None:
        """Load ``weights``, the official Keras .h5 file."""
        model = reference_model(weights)
        signature = tf.TensorSpec((None, INPUT_SIDE, INPUT_SIDE, 3), tf.uint8)
        self._call = tf.function(lambda pixels: model(pixels, training=False), input_signature=[signature])

    def predict(self, squares: NDArray[np.uint8], *, with_features: bool = False) -> ModelOutput:
        """See ``Engine.predict``."""
        probabilities, features = self._call(tf.constant(squares))
        return ModelOutput(probabilities.numpy(), features.numpy() if with_features else features.numpy()[:0])
