"""The 1000 ImageNet classes of the model, in the order of its outputs. Frontend and backend use it: no dependencies."""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

LABELS_FILE = Path(__file__).parent / "data" / "imagenet.csv"

#: The number of animal classes: indices 0–397 are animals, 398–999 are objects (the order of ILSVRC-2012).
ANIMALS = 398


@dataclass(frozen=True, slots=True)
class Label:
    """One class: output index 0–999, WordNet 3.0 noun id (``n`` + 8 digits) and label in Keras's spelling."""

    index: int
    wnid: str
    label: str

    @property
    def is_animal(self) -> bool:
        """Return whether this class is an animal."""
        return self.index < ANIMALS

    @property
    def words(self) -> str:
        """Return the label with spaces instead of underscores: ``Egyptian cat``."""
        return self.label.replace("_", " ")


@cache
def labels() -> tuple[Label, ...]:
    """Return all 1000 classes in the order of their indices."""
    with LABELS_FILE.open(encoding="utf-8", newline="") as file:
        return tuple(Label(int(row["index"]), row["wnid"], row["label"]) for row in csv.DictReader(file))


@cache
def _indices() -> dict[str, int]:
    return {label.wnid: label.index for label in labels()}


def index_of(wnid: str) -> int:
    """Return the output index of a class. Raises ``KeyError`` if ``wnid`` is not one of the 1000 classes."""
    return _indices()[wnid]
