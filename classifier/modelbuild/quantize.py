"""Convert the Keras model to LiteRT int8: weights per channel, activations per tensor. Needed at build time only.

A model with all operations in int8 disagreed with float32 on 35 % of verdicts. With the first two blocks and the head
in float32 it disagrees on 16 % and takes 10 % more processor time (docs/decisions/0007-precision.md).
"""

from collections.abc import Sequence

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from classifier.imaging import decoding
from classifier.imaging.crops import INPUT_SIDE
from classifier.inference.litert import LiteRTEngine

#: Layers whose names contain one of these, and operations of the head, stay in float32.
FLOAT_LAYERS = ("rescaling", "/Conv1", "expanded_conv_", "block_1_")
FLOAT_OPERATIONS = ["MEAN", "FULLY_CONNECTED", "SOFTMAX"]
#: The minimum side of a random square, as a share of the photo's short side.
MIN_CROP = 0.4
#: Limits of a good int8 model on squares outside its calibration: the minimum share of squares with the same most
#: probable class as float32, and the maximum mean distance of the probabilities.
MIN_SAME_BEST, MAX_DISTANCE = 0.75, 0.15


def random_squares(photos: Sequence[bytes], count: int, seed: int) -> NDArray[np.uint8]:
    """Return random squares of the photos in turn: uint8 RGB (count, 224, 224, 3)."""
    random = np.random.default_rng(seed)
    uprights = [decoding.decode(photo).upright for photo in photos]
    squares = []
    for index in range(count):
        upright = uprights[index % len(uprights)]
        side = random.uniform(MIN_CROP, 1) * min(upright.size)
        left, upper = (random.uniform(0, length - side) for length in upright.size)
        box = (left, upper, left + side, upper + side)
        squares.append(np.asarray(upright.resize((INPUT_SIDE, INPUT_SIDE), box=box)))
    return np.stack(squares)


def quantize(model: keras.Model, squares: NDArray[np.uint8]) -> bytes:
    """Convert ``model`` to an int8 LiteRT file, calibrated on ``squares``, uint8 RGB (n, 224, 224, 3)."""
    converter = tf.lite.TFLiteConverter.from_keras_model(model)
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = lambda: ([square[np.newaxis]] for square in squares)
    # The debugger is the documented way to keep some layers in float32.
    options = tf.lite.experimental.QuantizationDebugOptions(denylisted_ops=FLOAT_OPERATIONS)
    debugger = tf.lite.experimental.QuantizationDebugger(
        converter=converter, debug_dataset=converter.representative_dataset, debug_options=options
    )
    tensors = tf.lite.Interpreter(model_content=debugger.calibrated_model).get_tensor_details()
    nodes = [tensor["name"] for tensor in tensors if any(layer in tensor["name"] for layer in FLOAT_LAYERS)]
    debugger.options = tf.lite.experimental.QuantizationDebugOptions(
        denylisted_ops=FLOAT_OPERATIONS, denylisted_nodes=nodes
    )
    content: bytes = debugger.get_nondebug_quantized_model()
    return content


def measure_agreement(int8: bytes, float32: bytes, squares: NDArray[np.uint8]) -> dict[str, float]:
    """Compare two models: the share of squares with the same most probable class, and the mean distance.

    The distance of two softmaxes is half the sum of their absolute differences, 0…1 (total variation distance).
    """
    candidate, reference = (LiteRTEngine(model).predict(squares).probabilities for model in (int8, float32))
    return {
        "squares": len(squares),
        "same_best": float((candidate.argmax(axis=1) == reference.argmax(axis=1)).mean()),
        "mean_distance": float(np.abs(candidate - reference).sum(axis=1).mean() / 2),
    }


def is_close_enough(agreement: dict[str, float]) -> bool:
    """Return whether an agreement is within the limits that the decision for int8 is based on; false for NaN."""
    return agreement["same_best"] >= MIN_SAME_BEST and agreement["mean_distance"] <= MAX_DISTANCE
