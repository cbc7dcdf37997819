"""The 1000 ImageNet classes of the model, in the order of its outputs. Standard library only: both roles need it."""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

LABELS_FILE = Path(__file__).parent / "data" / "imagenet.csv"

#: Leaves 0–397 are animals, 398–999 are not (ILSVRC-2012's own order).
ANIMALS = 398


@dataclass(frozen=True, slots=True)
class Label:
    """One class: output index 0–999, WordNet 3.0 noun id (``n`` + 8 digits), label as Keras writes it."""

    index: int
    wnid: str
    label: str

    @property
    def is_animal(self) -> bool:
        """Whether this class is an animal."""
        return self.index < ANIMALS

    @property
    def words(self) -> str:
        """The label as a person reads it: ``Egyptian cat``."""
        return self.label.replace("_", " ")


@cache
def labels() -> tuple[Label, ...]:
    """All 1000, by index."""
    with LABELS_FILE.open(encoding="utf-8", newline="") as file:
        return tuple(Label(int(row["index"]), row["wnid"], row["label"]) for row in csv.DictReader(file))


@cache
def _indices() -> dict[str, int]:
    return {label.wnid: label.index for label in labels()}


def index_of(wnid: str) -> int:
    """The output index of a class. Raises ``KeyError`` for a wnid that is none of the 1000."""
    return _indices()[wnid]
