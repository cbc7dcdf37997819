"""Text search over the names of classes and everyday groups, for suggestions and filters. Standard library only."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from classifier.vocabulary import taxonomy
from classifier.vocabulary.labels import labels


@dataclass(frozen=True, slots=True)
class Name:
    """The everyday name of a class or a group. No two names have the same ``display``."""

    wnid: str
    display: str


@cache
def names() -> Mapping[str, Name]:
    """Return all names by wnid: the 1000 classes and the groups that a verdict may name."""
    classes = {label.wnid: taxonomy.display(label.index) for label in labels()}
    groups = {node.wnid: node.display for node in taxonomy.speakable_nodes()}
    return MappingProxyType({wnid: Name(wnid, display) for wnid, display in {**groups, **classes}.items()})


def suggest(text: str, limit: int) -> list[Name]:
    """Return at most ``limit`` names that contain ``text``.

    The order is: the exact name, names that start with ``text``, names with a word that starts with it, the others.
    """
    query = _normalized(text)
    if not query:
        return []
    word_start = re.compile(rf"\b{re.escape(query)}")

    def rank(name: Name) -> tuple[bool, bool, bool, int, str]:
        display = _normalized(name.display)
        is_prefix = display.startswith(query)
        return display != query, not is_prefix, not word_start.search(display), len(display), display

    matches = [name for name in names().values() if query in _normalized(name.display)]
    return sorted(matches, key=rank)[:limit]


def find_exact(text: str) -> str | None:
    """Return the wnid of the class or group with this name in any case, or ``None``. A wnid returns itself."""
    return text if text in names() else _wnids_by_name().get(_normalized(text))


def find_by_prefix(text: str) -> list[str]:
    """Return the wnids of all classes and groups whose names start with ``text``; none for an empty text."""
    query = _normalized(text)
    return [name.wnid for name in names().values() if query and _normalized(name.display).startswith(query)]


def display(wnid: str) -> str:
    """Return the everyday name of a class or group, or an empty string for any other wnid."""
    return names()[wnid].display if wnid in names() else ""


@cache
def _wnids_by_name() -> Mapping[str, str]:
    return MappingProxyType({_normalized(name.display): name.wnid for name in names().values()})


def _normalized(text: str) -> str:
    return " ".join(text.casefold().split())
