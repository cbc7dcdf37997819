"""The animals of WordNet 3.0 above the model's 398 animal classes, with names people say. Standard library only.

A node is the SET of classes below it, because 133 of the 398 have an ancestor with several parents: walking down and
adding up would count them twice. Speakable nodes are nested or disjoint, never crossing (a test holds them to it), so
of all that reach more than half of the probability one lies inside all others.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

from classifier.vocabulary import english
from classifier.vocabulary.labels import ANIMALS, labels

#: Written by ``manage.py build_taxonomy``; its columns ``speak``, ``display``, ``plural`` and ``group`` by hand.
TAXONOMY_FILE = Path(__file__).parent / "data" / "taxonomy.csv"

#: WordNet's "animal".
ROOT = "n00015388"

#: Output indices of the squirrels among the classes: one, the fox squirrel.
SQUIRRELS = frozenset({335})


@dataclass(frozen=True, slots=True)
class Node:
    """A class of animals, or a group of them.

    ``wnid`` and ``name`` are WordNet's, ``display`` and ``plural`` what people say. ``speakable`` is false for groups
    that have no everyday word (``diapsid``), and for the one class of squirrel, where all squirrels land. ``depth`` is
    the longest way up to the root, 0…. ``leaves`` are output indices, 0–397. ``group`` is what a class may be
    introduced as: ``a cat (Egyptian cat)``; empty for those that speak for themselves, and for groups.
    """

    wnid: str
    name: str
    parents: tuple[str, ...]
    display: str
    plural: str
    group: str
    speakable: bool
    depth: int
    leaves: frozenset[int]

    @property
    def phrase(self) -> str:
        """With its article: ``an Egyptian cat``."""
        return f"{english.article(self.display)} {self.display}"

    @property
    def headline(self) -> str:
        """The phrase, behind the everyday group where there is one: ``a cat (Egyptian cat)``."""
        return f"{english.article(self.group)} {self.group} ({self.display})" if self.group else self.phrase


@cache
def nodes() -> Mapping[str, Node]:
    """All 667 by wnid: 398 classes and 269 groups."""
    rows = _rows()
    leaves = _leaves(rows)
    return MappingProxyType({wnid: _node(row, rows, leaves[wnid]) for wnid, row in rows.items()})


@cache
def spoken() -> tuple[Node, ...]:
    """What a verdict may name: the speakable nodes, of those with equal leaves only the deepest. The smallest first."""
    by_depth = sorted(nodes().values(), key=lambda node: node.depth)
    deepest = {node.leaves: node for node in by_depth if node.speakable}
    return tuple(sorted(deepest.values(), key=lambda node: (len(node.leaves), node.wnid)))


def leaf(index: int) -> Node:
    """The animal with output index 0–397."""
    return nodes()[labels()[index].wnid]


def ancestors(node: Node) -> frozenset[str]:
    """The wnids of all groups a node belongs to, the root among them; of the root none."""
    return frozenset(node.parents).union(*(ancestors(nodes()[parent]) for parent in node.parents))


@cache
def top_groups() -> tuple[Node, ...]:
    """The largest everyday groups: mammals, birds, … 17 that share no class and leave none out. The largest first."""
    below = [node for node in spoken() if node.wnid != ROOT]
    return tuple(node for node in reversed(below) if not any(node.leaves < other.leaves for other in below))


@cache
def top_group(wnid: str) -> str:
    """The wnid of the top group that an animal or a group lies in; empty for the root and for what is no animal."""
    node = nodes().get(wnid)
    within = (group.wnid for group in top_groups() if node and node.leaves <= group.leaves)
    return next(within, "")


@cache
def phrase(index: int) -> str:
    """Any of the 1000 classes as it stands in a sentence: ``an Egyptian cat``, ``an espresso``, ``guacamole``."""
    return leaf(index).phrase if index < ANIMALS else english.thing(labels()[index]).phrase


@cache
def display(index: int) -> str:
    """Any of the 1000 classes as people call it: ``Egyptian cat``, ``hot dog``."""
    return leaf(index).display if index < ANIMALS else english.thing(labels()[index]).display


@cache
def _rows() -> dict[str, dict[str, str]]:
    with TAXONOMY_FILE.open(encoding="utf-8", newline="") as file:
        return {row["wnid"]: row for row in csv.DictReader(file)}


def _node(row: dict[str, str], rows: dict[str, dict[str, str]], leaves: frozenset[int]) -> Node:
    return Node(
        wnid=row["wnid"],
        name=row["name"],
        parents=tuple(row["parents"].split()),
        display=row["display"],
        plural=row["plural"] or english.plural(row["display"]),
        group=row["group"],
        speakable=row["speak"] == "yes",
        depth=_depth(row["wnid"], rows),
        leaves=leaves,
    )


def _leaves(rows: dict[str, dict[str, str]]) -> dict[str, frozenset[int]]:
    found: dict[str, set[int]] = {wnid: set() for wnid in rows}
    for label in labels()[:ANIMALS]:
        for wnid in _up(label.wnid, rows):
            found[wnid].add(label.index)
    return {wnid: frozenset(leaves) for wnid, leaves in found.items()}


def _up(wnid: str, rows: dict[str, dict[str, str]]) -> set[str]:
    """The node and all above it."""
    return {wnid}.union(*(_up(parent, rows) for parent in rows[wnid]["parents"].split()))


def _depth(wnid: str, rows: dict[str, dict[str, str]]) -> int:
    return max((1 + _depth(parent, rows) for parent in rows[wnid]["parents"].split()), default=0)
