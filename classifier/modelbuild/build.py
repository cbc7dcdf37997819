"""Convert the Keras weights to the LiteRT artefact, and compare it with Keras before it replaces an older artefact."""

import importlib.metadata
import io
import json
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from classifier.imaging import decoding
from classifier.imaging.crops import Views
from classifier.inference.artifact import CARD_FILE, HEAD_FILE, MODEL_FILES, WEIGHTS_FILE, sha256
from classifier.inference.engine import Engine
from classifier.inference.keras import KerasEngine, reference_model
from classifier.inference.litert import LiteRTEngine
from classifier.modelbuild.quantize import is_close_enough, measure_agreement, quantize, random_squares
from classifier.vocabulary.labels import LABELS_FILE

#: The maximum difference of any probability from Keras, over all squares of a photo.
MAX_DIFFERENCE = 1e-4
#: The number of random squares for the calibration of int8, and the number of other squares for its test.
SQUARES = 200
TOOLS = ("tensorflow", "tensorflow-cpu", "keras", "ai-edge-litert")


class ModelMismatchError(Exception):
    """The converted model differs too much from the original; no file was written."""


@dataclass(frozen=True, slots=True)
class Weights:
    """The verified .h5 file and the name of its source."""

    content: bytes
    source: str


def build(weights: Weights, photos: Path, calibration: Sequence[bytes], directory: Path) -> dict[str, float]:
    """Build the artefact into ``directory`` in one step and return the difference from Keras for each photo.

    ``photos``: the folder of photos that float32 is compared on. ``calibration``: the files that int8 is calibrated on.
    Raises ``ModelMismatchError``; ``directory`` then stays as it was.
    """
    directory.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f"{directory.name}-", dir=directory.parent))
    try:
        differences = _write_artefact(weights, photos, calibration, draft)
        _replace(directory, draft)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return differences


def _write_artefact(weights: Weights, photos: Path, calibration: Sequence[bytes], directory: Path) -> dict[str, float]:
    weights_path = directory / WEIGHTS_FILE
    weights_path.write_bytes(weights.content)
    original = reference_model(weights_path, batch=1)
    float32 = convert(original)
    differences = compare_with_keras(float32, KerasEngine(weights_path), photos)
    int8 = quantize(original, random_squares(calibration, SQUARES, seed=0))
    agreement = check_int8(int8, float32, calibration)
    head = extract_head(weights_path)
    card = {
        **describe(float32, weights, differences),
        "head_sha256": sha256(head),
        "int8": {**_describe_file(int8), "agreement_with_float32": agreement},
    }
    (directory / MODEL_FILES["float32"]).write_bytes(float32)
    (directory / MODEL_FILES["int8"]).write_bytes(int8)
    (directory / HEAD_FILE).write_bytes(head)
    (directory / CARD_FILE).write_text(json.dumps(card, indent=2) + "\n", encoding="utf-8")
    return differences


def convert(model: keras.Model) -> bytes:
    """Convert a Keras model to a LiteRT float32 file.

    ``from_keras_model`` is used because the model from ``from_concrete_functions`` returned NaN and took 31 ms.
    """
    content: bytes = tf.lite.TFLiteConverter.from_keras_model(model).convert()
    return content


def extract_head(weights: Path) -> bytes:
    """Return the kernel of the dense layer, float32 (1280, 1000), as a .npy file."""
    kernel, _ = keras.applications.MobileNetV2(weights=str(weights)).get_layer("predictions").get_weights()
    content = io.BytesIO()
    np.save(content, kernel, allow_pickle=False)
    return content.getvalue()


def compare_with_keras(model: bytes, reference: Engine, photos: Path) -> dict[str, float]:
    """Return the maximum difference of any probability from ``reference`` for each photo in the folder ``photos``.

    Raises ``ModelMismatchError`` for NaN, for ``MAX_DIFFERENCE`` or more, and for an empty folder.
    """
    engine = LiteRTEngine(model)
    differences: dict[str, float] = {}
    for path in sorted(photos.iterdir()):
        squares = decoding.squares(decoding.decode(path.read_bytes()), Views.BEST)
        difference = engine.predict(squares).probabilities - reference.predict(squares).probabilities
        differences[path.name] = float(np.abs(difference).max())
    if not differences:
        raise ModelMismatchError(f"{photos} contains no photos. Add at least one photo to compare the model on.")
    # NaN < x is false, so this condition rejects NaN.
    if not all(value < MAX_DIFFERENCE for value in differences.values()):
        raise ModelMismatchError(
            f"The model differs from Keras by up to {max(differences.values()):.1e}: {differences}"
        )
    return differences


def check_int8(int8: bytes, float32: bytes, calibration: Sequence[bytes]) -> dict[str, float]:
    """Return the agreement of int8 with float32 on squares outside the calibration. Raises ``ModelMismatchError``."""
    agreement = measure_agreement(int8, float32, random_squares(calibration, SQUARES, seed=1))
    if not is_close_enough(agreement):
        raise ModelMismatchError(f"The int8 model differs too much from float32: {agreement}")
    return agreement


def describe(model: bytes, weights: Weights, differences: dict[str, float]) -> dict[str, object]:
    """Return the fields of ``model.json`` that describe the float32 model and its origin."""
    return {
        "name": "MobileNetV2",
        **_describe_file(model),
        "input": "uint8 RGB (1, 224, 224, 3)",
        "outputs": ["probabilities float32 (1, 1000)", "features float32 (1, 7, 7, 1280)"],
        "weights": {"sha256": sha256(weights.content), "source": weights.source},
        "labels_sha256": sha256(LABELS_FILE.read_bytes()),
        "parity": {"limit": MAX_DIFFERENCE, "max_abs_difference": differences},
        "built_with": {name: version for name in TOOLS if (version := _version(name))},
    }


def _describe_file(model: bytes) -> dict[str, object]:
    return {"version": sha256(model)[:12], "sha256": sha256(model), "bytes": len(model)}


def _version(package: str) -> str | None:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def _replace(directory: Path, draft: Path) -> None:
    """Move ``draft`` to ``directory``. A reader during the move finds no artefact, never a mixture of two."""
    previous = draft.with_name(f"{draft.name}.old")
    if directory.exists():
        directory.replace(previous)
    draft.replace(directory)
    shutil.rmtree(previous, ignore_errors=True)
