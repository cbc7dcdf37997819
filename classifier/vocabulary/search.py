"""What a person may say a photo shows: a class or an everyday group, found by text. Standard library only."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from classifier.vocabulary import taxonomy
from classifier.vocabulary.labels import labels


@dataclass(frozen=True, slots=True)
class Name:
    """A class or a group: its wnid, and what people call it. No two are called the same."""

    wnid: str
    display: str


@cache
def names() -> Mapping[str, Name]:
    """All by wnid: 1000 classes, and the groups that a verdict may name."""
    classes = {label.wnid: taxonomy.display(label.index) for label in labels()}
    groups = {node.wnid: node.display for node in taxonomy.spoken()}
    return MappingProxyType({wnid: Name(wnid, display) for wnid, display in {**groups, **classes}.items()})


def suggest(text: str, limit: int) -> list[Name]:
    """At most ``limit`` names with ``text`` in them: first that very name, then those with a word that begins so."""
    wanted = _plain(text)
    if not wanted:
        return []
    begins = re.compile(rf"\b{re.escape(wanted)}")
    found = [(_plain(name.display), name) for name in names().values()]
    ranked = [
        (plain != wanted, not plain.startswith(wanted), not begins.search(plain), len(plain), plain, name.wnid)
        for plain, name in found
        if wanted in plain
    ]
    return [names()[wnid] for *_, wnid in sorted(ranked)[:limit]]


def named(text: str) -> str | None:
    """The wnid of what is called just that, however it is capitalised; a wnid is its own."""
    return text if text in names() else _wnids().get(_plain(text))


def beginning(text: str) -> list[str]:
    """The wnids of all that is called something that begins so."""
    wanted = _plain(text)
    return [name.wnid for name in names().values() if wanted and _plain(name.display).startswith(wanted)]


def display(wnid: str) -> str:
    """What people call it; empty for what is no class and no group."""
    return names()[wnid].display if wnid in names() else ""


@cache
def _wnids() -> Mapping[str, str]:
    return MappingProxyType({_plain(name.display): name.wnid for name in names().values()})


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())
