"""English for what the model knows: articles, plurals, and the reviewed names of its objects. Standard library only."""

import csv
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from classifier.vocabulary.labels import Label

#: The objects whose Keras label is not what people say, or says something else: ``mouse`` of a computer mouse.
OBJECTS_FILE = Path(__file__).parent / "data" / "objects.csv"

_VOWEL_SOUND = re.compile(r"(?!eu|uni|one\b)[aeiou]|hour", re.IGNORECASE)
_OWN_PLURAL = re.compile(r"(?:fish|sheep)$")
_ALTERNATIVES = re.compile(r"(, | or )")


@dataclass(frozen=True, slots=True)
class Thing:
    """An object as people name it. ``bare``: a mass or a plural, so without an article (``guacamole``, ``jeans``)."""

    display: str
    bare: bool

    @property
    def phrase(self) -> str:
        """As it stands in a sentence: ``an espresso``, ``guacamole``."""
        return self.display if self.bare else f"{article(self.display)} {self.display}"


def article(words: str) -> str:
    """``a`` or ``an``, by the sound of the first word: ``an hourglass``, ``a unicycle``, ``a European …``."""
    return "an" if _VOWEL_SOUND.match(words) else "a"


def plural(words: str) -> str:
    """The regular plural, of each of the alternatives: ``rabbits or hares``. Irregular ones stand in the data."""
    return "".join(part if _ALTERNATIVES.fullmatch(part) else _plural(part) for part in _ALTERNATIVES.split(words))


def thing(label: Label) -> Thing:
    """What people call an object of the model: the reviewed name, else the label's own words."""
    return _reviewed().get(label.wnid, Thing(label.words, bare=False))


def _plural(noun: str) -> str:
    if noun.startswith("member of "):
        return noun.replace("member", "members", 1)
    if _OWN_PLURAL.search(noun):
        return noun
    if noun.endswith("y") and noun[-2] not in "aeiou":
        return f"{noun[:-1]}ies"
    return f"{noun}es" if noun.endswith(("s", "x", "z", "ch", "sh")) else f"{noun}s"


@cache
def _reviewed() -> dict[str, Thing]:
    with OBJECTS_FILE.open(encoding="utf-8", newline="") as file:
        return {row["wnid"]: Thing(row["display"], bare=row["article"] == "none") for row in csv.DictReader(file)}
