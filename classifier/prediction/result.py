"""What was found in a photo, as every other room passes it on. Standard library only: both roles need it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from classifier.imaging.crops import Views
from classifier.vocabulary import taxonomy
from classifier.vocabulary.labels import Label


class VerdictKind(StrEnum):
    """How far the answer goes."""

    SPECIES = "species"
    GROUP = "group"
    ANIMAL = "animal"
    NONE = "none"
    UNSURE = "unsure"


class SquirrelAnswer(StrEnum):
    """Whether this is a squirrel."""

    YES = "yes"
    MAYBE = "maybe"
    NO = "no"


class JsonFields:
    """A dataclass with slots whose values are JSON already."""

    __slots__: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Its fields as they are; ``asdict`` copies what it finds, at ten times the price."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Verdict(JsonFields):
    """The answer in one sentence. ``score`` is the probability, 0…1, of what it names.

    ``name`` is WordNet's or Keras's, ``display`` what people say, ``headline`` that with its article and, where there
    is one, behind its everyday group: ``a cat (Egyptian cat)``. ``perhaps`` is
    the likeliest name below an ``animal`` or an ``unsure``, else empty. ``reason`` is what the score adds up to.
    """

    kind: VerdictKind
    name: str
    display: str
    headline: str
    perhaps: str
    wnid: str
    score: float
    sentence: str
    reason: str


@dataclass(frozen=True, slots=True)
class ScoredClass:
    """A class and its probability, 0…1."""

    label: Label
    score: float

    def as_json(self) -> dict[str, Any]:
        """As the wire and the record write it."""
        return {
            "label": self.label.label,
            "display": taxonomy.display(self.label.index),
            "wnid": self.label.wnid,
            "index": self.label.index,
            "score": round(self.score, 6),
            "is_animal": self.label.is_animal,
        }


#: The key of the verdict's own map beside those of single classes.
VERDICT = "verdict"


@dataclass(frozen=True, slots=True)
class Heatmap(JsonFields):
    """Which part of the photo spoke for what.

    ``view_box``: x, y, width and height of the square that was looked at, as fractions of the upright photo. ``maps``:
    49 logits each, 7 rows from the upper left; by class index, and ``verdict``.
    """

    view_box: tuple[float, float, float, float]
    maps: dict[str, tuple[float, ...]]


@dataclass(frozen=True, slots=True)
class Timings(JsonFields):
    """Milliseconds: waiting for a thread, reading the picture, the model, and all of it."""

    queue_ms: float
    decode_ms: float
    infer_ms: float
    total_ms: float


@dataclass(frozen=True, slots=True)
class Renditions:
    """A photo to keep: JPEGs without metadata, their long sides at most 512 and 96 pixels."""

    photo: bytes
    thumbnail: bytes


@dataclass(frozen=True, slots=True)
class PredictionResult:
    """What was found in one photo, and by which model.

    ``animal`` is p_animal, 0…1; ``width`` and ``height`` are of the upright photo, in pixels; ``kept`` is ``None``
    without consent; ``heatmap`` is ``None`` unless asked for.
    """

    model_name: str
    model_version: str

    verdict: Verdict
    squirrel: SquirrelAnswer
    animal: float
    predictions: tuple[ScoredClass, ...]
    views: Views
    timings: Timings
    width: int
    height: int
    format: str
    kept: Renditions | None
    heatmap: Heatmap | None
