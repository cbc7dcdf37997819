"""The model on disk: a LiteRT file a precision, and ``model.json``, which says what each is and proves it whole."""

import hashlib
import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifier.vocabulary.labels import LABELS_FILE

#: By precision. The card's own fields are of the first; those of another lie under its name.
MODEL_FILES = {"float32": "model.tflite", "int8": "model-int8.tflite"}
WEIGHTS_FILE = "weights.h5"
HEAD_FILE = "head.npy"
CARD_FILE = "model.json"
BUILD_HINT = "Build it again with `make model` (or `python manage.py build_model --force`)."


class ArtifactError(Exception):
    """The artefact is missing, damaged or half-written; the message says which, and what to do."""


@dataclass(frozen=True, slots=True)
class Artifact:
    """A verified model. ``version`` is the start of the model file's sha256; ``content`` is the file itself,
    ``head`` the last layer's kernel (1280, 1000), which explains an answer.
    """

    name: str
    version: str
    weights_sha256: str
    content: bytes
    head: NDArray[np.float32]


def sha256(content: bytes) -> str:
    """The hexadecimal SHA-256 of some bytes."""
    return hashlib.sha256(content).hexdigest()


def load(directory: Path, precision: str = "float32") -> Artifact:
    """The artefact in ``directory`` in one of ``MODEL_FILES``, its hashes verified. Raises ``ArtifactError``."""
    card = _read_card(directory / CARD_FILE)
    path = directory / MODEL_FILES[precision]
    content = _read(path)
    try:
        model = card if precision == "float32" else card[precision]
        if sha256(content) != model["sha256"]:
            raise ArtifactError(f"{path} is damaged: its hash is not the one recorded. {BUILD_HINT}")
        if sha256(LABELS_FILE.read_bytes()) != card["labels_sha256"]:
            raise ArtifactError(f"{directory} was built for other labels than this code has. {BUILD_HINT}")
        head = _read(directory / HEAD_FILE)
        if sha256(head) != card["head_sha256"]:
            raise ArtifactError(f"{directory / HEAD_FILE} is damaged: its hash is not the one recorded. {BUILD_HINT}")
        kernel = np.load(io.BytesIO(head))
        return Artifact(card["name"], model["version"], card["weights"]["sha256"], content, kernel)
    except (KeyError, TypeError):
        raise ArtifactError(f"{directory / CARD_FILE} lacks a field: it is half-written. {BUILD_HINT}") from None


def load_weights(directory: Path) -> Path:
    """The verified Keras weights beside the model, for the reference engine. Raises ``ArtifactError``."""
    path = directory / WEIGHTS_FILE
    if sha256(_read(path)) != load(directory).weights_sha256:
        raise ArtifactError(f"{path} is damaged: its hash is not the one recorded. {BUILD_HINT}")
    return path


def is_built(directory: Path, weights_sha256: str) -> bool:
    """Whether ``directory`` holds a whole artefact of these weights, in every precision."""
    try:
        return all(load(directory, precision).weights_sha256 == weights_sha256 for precision in MODEL_FILES)
    except ArtifactError:
        return False


def _read_card(path: Path) -> dict[str, Any]:
    try:
        card = json.loads(_read(path))
    except ValueError:
        raise ArtifactError(f"{path} is not JSON: it is half-written. {BUILD_HINT}") from None
    if not isinstance(card, dict):
        raise ArtifactError(f"{path} is not a JSON object. {BUILD_HINT}")
    return card


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise ArtifactError(f"There is no model at {path}. {BUILD_HINT}") from None
    except OSError as error:
        raise ArtifactError(f"{path} cannot be read: {error.strerror}.") from error
