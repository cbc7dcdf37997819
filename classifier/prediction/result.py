"""Result of classifying one photo. Needs no model packages: frontend and backend import it.

Scores are probabilities 0…1, rounded to six decimals. Every type is a ``msgspec`` struct, so the WebSocket messages and
the records contain exactly these fields.
"""

from enum import StrEnum
from typing import Annotated

from msgspec import Meta, Struct

from classifier.imaging.crops import Views
from classifier.vocabulary import taxonomy
from classifier.vocabulary.labels import Label

Probability = Annotated[float, Meta(ge=0, le=1)]
Wnid = Annotated[str, Meta(pattern="^n[0-9]{8}$")]
Milliseconds = Annotated[float, Meta(ge=0)]
#: One class activation map: 49 logits, 7 rows from the upper left.
HeatmapValues = Annotated[tuple[float, ...], Meta(min_length=49, max_length=49)]

#: Key of the verdict's map in ``Heatmap.maps``, beside the class indices.
VERDICT_MAP = "verdict"


class VerdictKind(StrEnum):
    """Depth of a verdict: one class, a group of animals, any animal, no animal, or none of these."""

    SPECIES = "species"
    GROUP = "group"
    ANIMAL = "animal"
    NONE = "none"
    UNSURE = "unsure"


class SquirrelAnswer(StrEnum):
    """Answer to "Is this a squirrel?"."""

    YES = "yes"
    MAYBE = "maybe"
    NO = "no"


class Verdict(Struct, frozen=True, forbid_unknown_fields=True):
    """The answer in one sentence. ``score`` is the probability of the class or group that it names, or of no animal.

    ``name`` is the WordNet or Keras name, ``display`` the everyday name. ``headline`` is the everyday name with its
    article, after its everyday group if it has one: ``a cat (Egyptian cat)``. ``perhaps`` is the most probable name
    below an ``animal`` or ``unsure`` verdict, else empty. ``reason`` lists the scores that add up to ``score``.
    """

    kind: VerdictKind
    name: str
    display: str
    headline: str
    perhaps: str
    wnid: Wnid
    score: Probability
    sentence: str
    reason: str


class ScoredClass(Struct, frozen=True, forbid_unknown_fields=True):
    """A class with its probability. ``label`` is the Keras label, ``display`` the everyday name, ``index`` 0–999."""

    label: str
    display: str
    wnid: Wnid
    index: Annotated[int, Meta(ge=0, le=999)]
    score: Probability
    is_animal: bool

    @classmethod
    def of(cls, label: Label, score: float) -> "ScoredClass":
        """Return ``label`` with its probability ``score``."""
        display = taxonomy.display(label.index)
        return cls(label.label, display, label.wnid, label.index, round(score, 6), label.is_animal)


class Heatmap(Struct, frozen=True, forbid_unknown_fields=True):
    """Class activation maps of one square of the photo.

    ``view_box`` is the square as fractions of the upright photo: x, y, width, height. ``maps`` holds one map by
    class index and one under ``VERDICT_MAP``.
    """

    view_box: tuple[Probability, Probability, Probability, Probability]
    maps: Annotated[dict[str, HeatmapValues], Meta(extra_json_schema={"required": [VERDICT_MAP]})]


class Timings(Struct, frozen=True, forbid_unknown_fields=True):
    """Milliseconds spent in the queue, decoding, in the model, and in total."""

    queue_ms: Milliseconds
    decode_ms: Milliseconds
    infer_ms: Milliseconds
    total_ms: Milliseconds


class Renditions(Struct, frozen=True):
    """Copies of a photo for storage: JPEGs without metadata, long sides at most 512 and 96 pixels."""

    photo: bytes
    thumbnail: bytes


class PredictionResult(Struct, frozen=True):
    """Result of one photo and the model that computed it.

    ``animal`` is p_animal, the probability of any animal. ``width`` and ``height`` are pixels of the upright photo.
    ``renditions`` is ``None`` without consent, ``heatmap`` is ``None`` unless requested.
    """

    model_name: str
    model_version: str

    verdict: Verdict
    squirrel: SquirrelAnswer
    animal: Probability
    predictions: tuple[ScoredClass, ...]
    views: Views
    timings: Timings
    width: int
    height: int
    format: str
    renditions: Renditions | None
    heatmap: Heatmap | None
