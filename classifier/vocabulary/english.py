"""English articles, plurals and the reviewed names of objects. Standard library only."""

import csv
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from classifier.vocabulary.labels import Label

#: Objects whose Keras label is not their everyday name or means something else: ``mouse`` is the computer mouse.
OBJECTS_FILE = Path(__file__).parent / "data" / "objects.csv"

_VOWEL_SOUND = re.compile(r"(?!eu|uni|one\b)[aeiou]|hour", re.IGNORECASE)
_SAME_PLURAL = re.compile(r"(?:fish|sheep)$")
_SEPARATORS = re.compile(r"(, | or )")


@dataclass(frozen=True, slots=True)
class ObjectName:
    """The everyday name of an object.

    ``has_article`` is false for mass nouns and plurals (``guacamole``, ``jeans``).
    """

    display: str
    has_article: bool

    @property
    def phrase(self) -> str:
        """Return the name for use in a sentence: ``an espresso``, ``guacamole``."""
        return f"{article(self.display)} {self.display}" if self.has_article else self.display


def article(words: str) -> str:
    """Return ``a`` or ``an`` by the sound of the first word: ``an hourglass``, ``a unicycle``, ``a European …``."""
    return "an" if _VOWEL_SOUND.match(words) else "a"


def plural(words: str) -> str:
    """Return the regular plural of each alternative: ``rabbits or hares``. The data file holds irregular plurals."""
    return "".join(part if _SEPARATORS.fullmatch(part) else _plural(part) for part in _SEPARATORS.split(words))


def object_name(label: Label) -> ObjectName:
    """Return the reviewed name of an object class, or its Keras label without underscores."""
    return _reviewed_names().get(label.wnid, ObjectName(label.words, has_article=True))


def _plural(noun: str) -> str:
    if noun.startswith("member of "):
        return noun.replace("member", "members", 1)
    if _SAME_PLURAL.search(noun):
        return noun
    if noun.endswith("y") and noun[-2] not in "aeiou":
        return f"{noun[:-1]}ies"
    return f"{noun}es" if noun.endswith(("s", "x", "z", "ch", "sh")) else f"{noun}s"


@cache
def _reviewed_names() -> dict[str, ObjectName]:
    with OBJECTS_FILE.open(encoding="utf-8", newline="") as file:
        return {
            row["wnid"]: ObjectName(row["display"], has_article=row["article"] != "none")
            for row in csv.DictReader(file)
        }
