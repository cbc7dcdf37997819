"""Keras → LiteRT int8: weights by channel, activations by tensor, calibrated on free photos. Build time only.

All in int8, the model disagreed with float32 on 35 % of verdicts; with the first two blocks and the head left in
float32 on 16 %, for a tenth more processor time: docs/decisions/0007-precision.md.
"""

from collections.abc import Sequence

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from classifier.imaging import decoding
from classifier.imaging.crops import INPUT_SIDE
from classifier.inference.litert import LiteRTEngine

#: What stays in float32: the layers whose names hold one of these, and these operations of the head.
FLOAT_LAYERS = ("rescaling", "/Conv1", "expanded_conv_", "block_1_")
FLOAT_OPERATIONS = ["MEAN", "FULLY_CONNECTED", "SOFTMAX"]
#: How small a crop may be, of the photo's short side.
SMALLEST_CROP = 0.4
#: On crops it was not calibrated on: the least share with the same best class, the most mean distance.
LEAST_SAME_BEST, MOST_DISTANCE = 0.75, 0.15


def random_squares(photos: Sequence[bytes], count: int, seed: int) -> NDArray[np.uint8]:
    """(count, 224, 224, 3) uint8 RGB: random squares of the photos in turn."""
    chance = np.random.default_rng(seed)
    uprights = [decoding.decode(photo).upright for photo in photos]
    found = []
    for index in range(count):
        upright = uprights[index % len(uprights)]
        side = chance.uniform(SMALLEST_CROP, 1) * min(upright.size)
        left, upper = (chance.uniform(0, length - side) for length in upright.size)
        box = (left, upper, left + side, upper + side)
        found.append(np.asarray(upright.resize((INPUT_SIDE, INPUT_SIDE), box=box)))
    return np.stack(found)


def quantize(model: keras.Model, squares: NDArray[np.uint8]) -> bytes:
    """A LiteRT file with the inputs and outputs of ``model``, calibrated on ``squares`` (n, 224, 224, 3)."""
    converter = tf.lite.TFLiteConverter.from_keras_model(model)
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = lambda: ([square[np.newaxis]] for square in squares)
    # The way to keep some layers in float32 that TensorFlow documents.
    chosen = tf.lite.experimental.QuantizationDebugOptions(denylisted_ops=FLOAT_OPERATIONS)
    debugger = tf.lite.experimental.QuantizationDebugger(
        converter=converter, debug_dataset=converter.representative_dataset, debug_options=chosen
    )
    tensors = tf.lite.Interpreter(model_content=debugger.calibrated_model).get_tensor_details()
    nodes = [tensor["name"] for tensor in tensors if any(layer in tensor["name"] for layer in FLOAT_LAYERS)]
    debugger.options = tf.lite.experimental.QuantizationDebugOptions(
        denylisted_ops=FLOAT_OPERATIONS, denylisted_nodes=nodes
    )
    content: bytes = debugger.get_nondebug_quantized_model()
    return content


def agreement(int8: bytes, float32: bytes, squares: NDArray[np.uint8]) -> dict[str, float]:
    """How close the two models' answers are: the share of squares with the same best class, and the mean distance.

    The distance of two softmaxes is half the sum of their differences, 0…1 (total variation).
    """
    ours, reference = (LiteRTEngine(model).predict(squares).probabilities for model in (int8, float32))
    return {
        "squares": len(squares),
        "same_best": float((ours.argmax(axis=1) == reference.argmax(axis=1)).mean()),
        "mean_distance": float(np.abs(ours - reference).sum(axis=1).mean() / 2),
    }


def is_close(found: dict[str, float]) -> bool:
    """Whether this agreement is what was measured when int8 was decided on; NaN is not."""
    return found["same_best"] >= LEAST_SAME_BEST and found["mean_distance"] <= MOST_DISTANCE
