"""Keras weights → the LiteRT artefact, proven on real photos before anything replaces what is there."""

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
from classifier.inference.keras import KerasEngine, reference_model
from classifier.inference.litert import LiteRTEngine
from classifier.modelbuild.quantize import agreement, is_close, quantize, random_squares
from classifier.vocabulary.labels import LABELS_FILE

#: The largest difference of any probability between Keras and the artefact on any view of any photo.
PARITY_LIMIT = 1e-4
#: Random squares of the photos that int8 is calibrated on, and as many others that it is judged on.
SQUARES = 200
TOOLS = ("tensorflow", "tensorflow-cpu", "keras", "ai-edge-litert")


class ParityError(Exception):
    """The export does not compute what Keras computes; nothing was written."""


@dataclass(frozen=True, slots=True)
class Weights:
    """The verified .h5 and where it came from."""

    content: bytes
    source: str


def build(weights: Weights, photos: Path, calibration: Sequence[bytes], directory: Path) -> dict[str, float]:
    """Builds the artefact into ``directory``, whole or not at all; max |Δp| per photo. Raises ``ParityError``.

    ``photos`` prove float32, ``calibration`` are the files of those that int8 is calibrated on.
    """
    directory.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f"{directory.name}-", dir=directory.parent))
    try:
        (draft / WEIGHTS_FILE).write_bytes(weights.content)
        reference = reference_model(draft / WEIGHTS_FILE, batch=1)
        model = export(reference)
        parity = check_parity(model, draft / WEIGHTS_FILE, photos)
        small = quantize(reference, random_squares(calibration, SQUARES, seed=0))
        agreed = check_agreement(small, model, calibration)
        (draft / MODEL_FILES["float32"]).write_bytes(model)
        (draft / MODEL_FILES["int8"]).write_bytes(small)
        (draft / HEAD_FILE).write_bytes(head_of(draft / WEIGHTS_FILE))
        card = describe(model, weights, parity) | {"head_sha256": sha256((draft / HEAD_FILE).read_bytes())}
        card["int8"] = {**_file(small), "agreement_with_float32": agreed}
        (draft / CARD_FILE).write_text(json.dumps(card, indent=2) + "\n", encoding="utf-8")
        _replace(draft, directory)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return parity


def export(model: keras.Model) -> bytes:
    """A LiteRT float32 file. Goes through ``from_keras_model``: ``from_concrete_functions`` gave NaN at 31 ms."""
    content: bytes = tf.lite.TFLiteConverter.from_keras_model(model).convert()
    return content


def head_of(weights: Path) -> bytes:
    """The dense layer's kernel (1280, 1000) float32, as a .npy file."""
    kernel, _ = keras.applications.MobileNetV2(weights=str(weights)).get_layer("predictions").get_weights()
    content = io.BytesIO()
    np.save(content, kernel, allow_pickle=False)
    return content.getvalue()


def check_parity(model: bytes, weights: Path, photos: Path) -> dict[str, float]:
    """Max |Δp| between ``model`` and Keras for each photo. Raises ``ParityError`` above ``PARITY_LIMIT`` or for NaN."""
    served, reference = LiteRTEngine(model), KerasEngine(weights)
    found: dict[str, float] = {}
    for path in sorted(photos.iterdir()):
        squares = decoding.squares(decoding.decode(path.read_bytes()), Views.BEST)
        difference = served.predict(squares).probabilities - reference.predict(squares).probabilities
        found[path.name] = float(np.abs(difference).max())
    if not found:
        raise ParityError(f"There are no photos in {photos} to prove the build with.")
    # A comparison with NaN is false, so ask for what must hold.
    if not all(value < PARITY_LIMIT for value in found.values()):
        raise ParityError(f"The export differs from Keras by up to {max(found.values()):.1e}: {found}")
    return found


def check_agreement(int8: bytes, float32: bytes, calibration: Sequence[bytes]) -> dict[str, float]:
    """How close int8 is to float32 on squares it was not calibrated on. Raises ``ParityError`` if not close enough."""
    found = agreement(int8, float32, random_squares(calibration, SQUARES, seed=1))
    if not is_close(found):
        raise ParityError(f"int8 is too far from float32: {found}")
    return found


def describe(model: bytes, weights: Weights, parity: dict[str, float]) -> dict[str, object]:
    """What ``model.json`` says."""
    return {
        "name": "MobileNetV2",
        **_file(model),
        "input": "uint8 RGB (1, 224, 224, 3)",
        "outputs": ["probabilities float32 (1, 1000)", "features float32 (1, 7, 7, 1280)"],
        "weights": {"sha256": sha256(weights.content), "source": weights.source},
        "labels_sha256": sha256(LABELS_FILE.read_bytes()),
        "parity": {"limit": PARITY_LIMIT, "max_abs_difference": parity},
        "built_with": {name: version for name in TOOLS if (version := _version(name))},
    }


def _file(model: bytes) -> dict[str, object]:
    return {"version": sha256(model)[:12], "sha256": sha256(model), "bytes": len(model)}


def _version(package: str) -> str | None:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def _replace(draft: Path, directory: Path) -> None:
    """Puts ``draft`` in the place of ``directory``; a reader in between finds nothing, never a mixture."""
    old = draft.with_name(f"{draft.name}.old")
    if directory.exists():
        directory.replace(old)
    draft.replace(directory)
    shutil.rmtree(old, ignore_errors=True)
