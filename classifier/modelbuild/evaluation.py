"""How right the answers are, on photos whose truth somebody wrote down.

Standard library only: the command that runs the model hands over what was seen.
"""

import csv
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from classifier.prediction.result import SquirrelAnswer, VerdictKind
from classifier.vocabulary import taxonomy
from classifier.vocabulary.labels import labels

#: What the label column says of a photo without an animal.
NO_ANIMAL = "none"
BINS = 10
WORST = 10


class LabelsError(Exception):
    """A line of the labels file that cannot be read; the message names it."""


@dataclass(frozen=True, slots=True)
class Truth:
    """What is in one photo.

    ``leaves``: the indices 0–397 it may be, empty without an animal. ``index``: the one class 0–999, or ``None`` for a
    group and for ``none``. ``squirrel``: ``None`` where nobody wrote it down and it does not follow.
    """

    file: str
    label: str
    leaves: frozenset[int]
    index: int | None
    squirrel: bool | None


@dataclass(frozen=True, slots=True)
class Seen:
    """What the model answered for one photo; ``top`` are the five best indices, ``score`` that of the first."""

    top: tuple[int, ...]
    score: float
    animal: float
    kind: VerdictKind
    wnid: str
    squirrel: SquirrelAnswer


@dataclass(frozen=True, slots=True)
class Bin:
    """One bar of the reliability diagram: how many, their mean score, and the share that was right."""

    photos: int
    score: float
    right: float


@dataclass(frozen=True, slots=True)
class Report:
    """All figures of a run. Shares are 0…1, ``None`` where no photo tells."""

    photos: int
    top_1: float | None
    top_5: float | None
    verdicts: dict[str, dict[str, int]]
    animal_or_not: float | None
    squirrels: dict[str, dict[str, int]]
    confusions: tuple[tuple[str, str, int], ...]
    reliability: tuple[Bin, ...]
    calibration_error: float | None


def read_labels(path: Path) -> list[Truth]:
    """The truths of a CSV with the columns ``file``, ``label`` and perhaps ``squirrel`` (yes, no or empty).

    ``label`` is a wnid or a name of a class or an animal group (``n02356798``, ``fox_squirrel``, ``squirrel``), or
    ``none``. Raises ``LabelsError``.
    """
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        if not {"file", "label"} <= set(reader.fieldnames or ()):
            raise LabelsError(f"{path.name} needs the columns file and label; it has {reader.fieldnames}.")
        return [_truth(row, f"{path.name}, line {reader.line_num}") for row in reader]


def report(pairs: Sequence[tuple[Truth, Seen]]) -> Report:
    """All figures of what was seen beside its truth."""
    single = [(truth, seen) for truth, seen in pairs if truth.index is not None]
    bars = _reliability(single)
    return Report(
        photos=len(pairs),
        top_1=_share(truth.index == seen.top[0] for truth, seen in single),
        top_5=_share(truth.index in seen.top[:5] for truth, seen in single),
        verdicts=_verdicts(pairs),
        animal_or_not=_share((seen.animal >= 0.5) == bool(truth.leaves) for truth, seen in pairs),
        squirrels=_squirrels(pairs),
        confusions=_confusions(pairs),
        reliability=bars,
        calibration_error=_calibration_error(bars),
    )


def judged(truth: Truth, seen: Seen) -> str:
    """``right``, ``wrong`` or ``unsure``. A group is right if it holds the truth, or the truth holds it."""
    if seen.kind is VerdictKind.UNSURE:
        return "unsure"
    if seen.kind is VerdictKind.NONE or not truth.leaves:
        return "right" if (seen.kind is VerdictKind.NONE) == (not truth.leaves) else "wrong"
    named = taxonomy.nodes()[seen.wnid].leaves
    return "right" if named >= truth.leaves or named <= truth.leaves else "wrong"


def _truth(row: dict[str, str], where: str) -> Truth:
    label = (row["label"] or "").strip()
    leaves, index = _meaning(label, where)
    return Truth(row["file"], label, leaves, index, _squirrel(row.get("squirrel") or "", leaves, where))


def _meaning(label: str, where: str) -> tuple[frozenset[int], int | None]:
    if label == NO_ANIMAL:
        return frozenset(), None
    for known in labels():
        if label in {known.wnid, known.label}:
            return frozenset({known.index} if known.is_animal else ()), known.index
    for node in taxonomy.nodes().values():
        if label in {node.wnid, node.name}:
            return node.leaves, None
    raise LabelsError(f"{where}: {label!r} is no class, no group of animals and not {NO_ANIMAL!r}.")


def _squirrel(word: str, leaves: frozenset[int], where: str) -> bool | None:
    if word not in {"yes", "no", ""}:
        raise LabelsError(f"{where}: squirrel is {word!r}; it must be yes, no or empty.")
    if word:
        return word == "yes"
    return None if leaves > taxonomy.SQUIRRELS else bool(leaves & taxonomy.SQUIRRELS)


def _verdicts(pairs: Iterable[tuple[Truth, Seen]]) -> dict[str, dict[str, int]]:
    table = {kind.value: {"right": 0, "wrong": 0, "unsure": 0} for kind in VerdictKind}
    for truth, seen in pairs:
        table[seen.kind][judged(truth, seen)] += 1
    return table


def _squirrels(pairs: Iterable[tuple[Truth, Seen]]) -> dict[str, dict[str, int]]:
    table = {name: {answer.value: 0 for answer in SquirrelAnswer} for name in ("squirrel", "no squirrel")}
    for truth, seen in pairs:
        if truth.squirrel is not None:
            table["squirrel" if truth.squirrel else "no squirrel"][seen.squirrel] += 1
    return table


def _confusions(pairs: Iterable[tuple[Truth, Seen]]) -> tuple[tuple[str, str, int], ...]:
    wrong = Counter(
        (truth.label, labels()[seen.top[0]].label) for truth, seen in pairs if judged(truth, seen) == "wrong"
    )
    return tuple((truth, said, count) for (truth, said), count in wrong.most_common(WORST))


def _reliability(single: Sequence[tuple[Truth, Seen]]) -> tuple[Bin, ...]:
    bins: list[list[tuple[Truth, Seen]]] = [[] for _ in range(BINS)]
    for truth, seen in single:
        bins[min(int(seen.score * BINS), BINS - 1)].append((truth, seen))
    return tuple(_bar(members) for members in bins)


def _bar(members: Sequence[tuple[Truth, Seen]]) -> Bin:
    count = len(members)
    score = sum(seen.score for _, seen in members) / count if count else 0.0
    return Bin(count, score, _share(truth.index == seen.top[0] for truth, seen in members) or 0.0)


def _calibration_error(bars: Sequence[Bin]) -> float | None:
    """Expected calibration error: the mean over photos of their bin's abs(right - score) (Guo et al., ICML 2017)."""
    photos = sum(bar.photos for bar in bars)
    return sum(bar.photos * abs(bar.right - bar.score) for bar in bars) / photos if photos else None


def _share(outcomes: Iterable[bool]) -> float | None:
    found = list(outcomes)
    return sum(found) / len(found) if found else None
