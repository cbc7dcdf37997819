"""Accuracy of the answers on labelled photos. Standard library only; ``manage.py evaluate`` runs the model."""

import csv
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from classifier.prediction.result import PredictionResult, SquirrelAnswer, VerdictKind
from classifier.vocabulary import taxonomy
from classifier.vocabulary.labels import labels

#: The label of a photo without an animal.
NO_ANIMAL = "none"
BINS = 10
MAX_CONFUSIONS = 10


class LabelsError(Exception):
    """The labels file cannot be read. The message names the line."""


@dataclass(frozen=True, slots=True)
class LabelledPhoto:
    """The known content of one photo.

    ``animal_classes``: the indices 0–397 that the label covers; empty without an animal.
    ``class_index``: the labelled class 0–999, or ``None`` if the label is a group or ``none``.
    ``has_squirrel``: ``None`` if the label fits photos with and without a squirrel.
    """

    file: str
    label: str
    animal_classes: frozenset[int]
    class_index: int | None
    has_squirrel: bool | None


@dataclass(frozen=True, slots=True)
class PhotoResult:
    """The part of a prediction result that an evaluation needs.

    ``top``: the indices of the five most probable classes. ``score``: the score of the first. ``animal``: p_animal.
    """

    top: tuple[int, ...]
    score: float
    animal: float
    kind: VerdictKind
    wnid: str
    squirrel: SquirrelAnswer

    @classmethod
    def from_prediction(cls, result: PredictionResult) -> "PhotoResult":
        """Extract the fields from a prediction result."""
        return cls(
            top=tuple(prediction.index for prediction in result.predictions),
            score=result.predictions[0].score,
            animal=result.animal,
            kind=result.verdict.kind,
            wnid=result.verdict.wnid,
            squirrel=result.squirrel,
        )


Pair = tuple[LabelledPhoto, PhotoResult]


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """One bar of the reliability diagram: the number of photos, their mean score and the share of right answers."""

    photos: int
    score: float
    right: float


@dataclass(frozen=True, slots=True)
class Report:
    """All figures of an evaluation. Shares are 0…1, or ``None`` if no photo counts towards them."""

    photos: int
    top_1: float | None
    top_5: float | None
    verdicts: dict[str, dict[str, int]]
    animal_or_not: float | None
    squirrels: dict[str, dict[str, int]]
    confusions: tuple[tuple[str, str, int], ...]
    reliability: tuple[ReliabilityBin, ...]
    calibration_error: float | None


def read_labels(path: Path) -> list[LabelledPhoto]:
    """Read a CSV file with the columns ``file``, ``label`` and optionally ``squirrel`` (yes, no or empty).

    ``label`` is the wnid or name of a class or an animal group (``n02356798``, ``fox_squirrel``, ``squirrel``), or
    ``none``. Raises ``LabelsError``.
    """
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        if not {"file", "label"} <= set(reader.fieldnames or ()):
            raise LabelsError(f"{path.name} needs the columns file and label; it has {reader.fieldnames}.")
        return [_labelled_photo(row, f"{path.name}, line {reader.line_num}") for row in reader]


def create_report(pairs: Sequence[Pair]) -> Report:
    """Compute all figures from labelled photos and their results."""
    single_class = [(photo, result) for photo, result in pairs if photo.class_index is not None]
    bins = _reliability(single_class)
    return Report(
        photos=len(pairs),
        top_1=_share(photo.class_index == result.top[0] for photo, result in single_class),
        top_5=_share(photo.class_index in result.top[:5] for photo, result in single_class),
        verdicts=_count_verdicts(pairs),
        animal_or_not=_share((result.animal >= 0.5) == bool(photo.animal_classes) for photo, result in pairs),
        squirrels=_count_squirrels(pairs),
        confusions=_confusions(pairs),
        reliability=bins,
        calibration_error=_calibration_error(bins),
    )


def judge_verdict(photo: LabelledPhoto, result: PhotoResult) -> str:
    """Return ``right``, ``wrong`` or ``unsure``. A verdict is right if it contains the label, or the label contains it.

    An ``unsure`` verdict is always ``unsure``.
    """
    if result.kind is VerdictKind.UNSURE:
        return "unsure"
    if result.kind is VerdictKind.NONE or not photo.animal_classes:
        return "right" if (result.kind is VerdictKind.NONE) == (not photo.animal_classes) else "wrong"
    verdict_classes = taxonomy.nodes()[result.wnid].leaves
    is_nested = verdict_classes >= photo.animal_classes or verdict_classes <= photo.animal_classes
    return "right" if is_nested else "wrong"


def _labelled_photo(row: dict[str, str], location: str) -> LabelledPhoto:
    label = (row["label"] or "").strip()
    animal_classes, class_index = _classes_of(label, location)
    has_squirrel = _has_squirrel(row.get("squirrel") or "", animal_classes, location)
    return LabelledPhoto(row["file"], label, animal_classes, class_index, has_squirrel)


def _classes_of(label: str, location: str) -> tuple[frozenset[int], int | None]:
    """Return the animal classes that a label covers, and its class index unless it is a group or ``none``."""
    if label == NO_ANIMAL:
        return frozenset(), None
    for class_label in labels():
        if label in {class_label.wnid, class_label.label}:
            return frozenset({class_label.index} if class_label.is_animal else ()), class_label.index
    for node in taxonomy.nodes().values():
        if label in {node.wnid, node.name}:
            return node.leaves, None
    raise LabelsError(f"{location}: {label!r} is not a class, not an animal group and not {NO_ANIMAL!r}.")


def _has_squirrel(text: str, animal_classes: frozenset[int], location: str) -> bool | None:
    if text not in {"yes", "no", ""}:
        raise LabelsError(f"{location}: squirrel is {text!r}; it must be yes, no or empty.")
    if text:
        return text == "yes"
    return None if animal_classes > taxonomy.SQUIRRELS else bool(animal_classes & taxonomy.SQUIRRELS)


def _count_verdicts(pairs: Iterable[Pair]) -> dict[str, dict[str, int]]:
    counts = {kind.value: {"right": 0, "wrong": 0, "unsure": 0} for kind in VerdictKind}
    for photo, result in pairs:
        counts[result.kind][judge_verdict(photo, result)] += 1
    return counts


def _count_squirrels(pairs: Iterable[Pair]) -> dict[str, dict[str, int]]:
    counts = {name: {answer.value: 0 for answer in SquirrelAnswer} for name in ("squirrel", "no squirrel")}
    for photo, result in pairs:
        if photo.has_squirrel is not None:
            counts["squirrel" if photo.has_squirrel else "no squirrel"][result.squirrel] += 1
    return counts


def _confusions(pairs: Iterable[Pair]) -> tuple[tuple[str, str, int], ...]:
    confusions = Counter(
        (photo.label, labels()[result.top[0]].label)
        for photo, result in pairs
        if judge_verdict(photo, result) == "wrong"
    )
    return tuple((label, top_label, count) for (label, top_label), count in confusions.most_common(MAX_CONFUSIONS))


def _reliability(pairs: Sequence[Pair]) -> tuple[ReliabilityBin, ...]:
    bins: list[list[Pair]] = [[] for _ in range(BINS)]
    for photo, result in pairs:
        bins[min(int(result.score * BINS), BINS - 1)].append((photo, result))
    return tuple(_reliability_bin(pairs_in_bin) for pairs_in_bin in bins)


def _reliability_bin(pairs: Sequence[Pair]) -> ReliabilityBin:
    mean_score = sum(result.score for _, result in pairs) / len(pairs) if pairs else 0.0
    right = _share(photo.class_index == result.top[0] for photo, result in pairs)
    return ReliabilityBin(len(pairs), mean_score, right or 0.0)


def _calibration_error(bins: Sequence[ReliabilityBin]) -> float | None:
    """Return the expected calibration error: the mean over photos of abs(right - score) of their bin.

    Source: Guo et al., "On Calibration of Modern Neural Networks", ICML 2017.
    """
    photo_count = sum(score_bin.photos for score_bin in bins)
    distances = (score_bin.photos * abs(score_bin.right - score_bin.score) for score_bin in bins)
    return sum(distances) / photo_count if photo_count else None


def _share(outcomes: Iterable[bool]) -> float | None:
    values = list(outcomes)
    return sum(values) / len(values) if values else None
