"""The model on disk: one LiteRT file per precision, and ``model.json`` with their metadata and hashes."""

import hashlib
import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifier.vocabulary.labels import LABELS_FILE

#: Model files by precision. Top-level fields of ``model.json`` describe float32; the field ``int8`` describes int8.
MODEL_FILES = {"float32": "model.tflite", "int8": "model-int8.tflite"}
WEIGHTS_FILE = "weights.h5"
HEAD_FILE = "head.npy"
CARD_FILE = "model.json"
BUILD_HINT = "Build it again with `make model` (or `python manage.py build_model --force`)."


class ArtifactError(Exception):
    """The artefact is missing, damaged or incomplete. The message names the file and the next step."""


@dataclass(frozen=True, slots=True)
class Artifact:
    """A verified model.

    ``version``: the first 12 digits of the SHA-256 of the model file. ``content``: the model file.
    ``head``: the kernel of the last layer, float32 (1280, 1000), for heatmaps.
    """

    name: str
    version: str
    weights_sha256: str
    content: bytes
    head: NDArray[np.float32]


def sha256(content: bytes) -> str:
    """Return the hexadecimal SHA-256 of ``content``."""
    return hashlib.sha256(content).hexdigest()


def load(directory: Path, precision: str = "float32") -> Artifact:
    """Load the artefact in ``directory`` and verify its hashes.

    ``precision``: one of ``MODEL_FILES``. Raises ``ArtifactError``.
    """
    card = _read_card(directory / CARD_FILE)
    content = _read(directory / MODEL_FILES[precision])
    head = _read(directory / HEAD_FILE)
    try:
        model_card = card if precision == "float32" else card[precision]
        _check_hash(directory / MODEL_FILES[precision], content, model_card["sha256"])
        _check_hash(directory / HEAD_FILE, head, card["head_sha256"])
        if sha256(LABELS_FILE.read_bytes()) != card["labels_sha256"]:
            raise ArtifactError(f"{directory} was built for other labels than this code has. {BUILD_HINT}")
        kernel = np.load(io.BytesIO(head))
        return Artifact(card["name"], model_card["version"], card["weights"]["sha256"], content, kernel)
    except (KeyError, TypeError):
        raise ArtifactError(f"{directory / CARD_FILE} is incomplete: a field is missing. {BUILD_HINT}") from None


def verify_weights(directory: Path) -> Path:
    """Return the path of the Keras weights, verified, for the reference engine. Raises ``ArtifactError``."""
    path = directory / WEIGHTS_FILE
    _check_hash(path, _read(path), load(directory).weights_sha256)
    return path


def is_built(directory: Path, weights_sha256: str) -> bool:
    """Return whether ``directory`` holds a complete artefact of these weights in every precision."""
    try:
        return all(load(directory, precision).weights_sha256 == weights_sha256 for precision in MODEL_FILES)
    except ArtifactError:
        return False


def _check_hash(path: Path, content: bytes, expected_sha256: str) -> None:
    if sha256(content) != expected_sha256:
        raise ArtifactError(f"{path} is damaged: its hash differs from the one in {CARD_FILE}. {BUILD_HINT}")


def _read_card(path: Path) -> dict[str, Any]:
    try:
        card = json.loads(_read(path))
    except ValueError:
        raise ArtifactError(f"{path} is incomplete: it is not valid JSON. {BUILD_HINT}") from None
    if not isinstance(card, dict):
        raise ArtifactError(f"{path} is not a JSON object. {BUILD_HINT}")
    return card


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise ArtifactError(f"There is no model at {path}. {BUILD_HINT}") from None
    except OSError as error:
        raise ArtifactError(f"{path} cannot be read: {error.strerror}. Check its permissions.") from error
