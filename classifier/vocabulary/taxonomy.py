"""The 398 animal classes and the WordNet 3.0 groups above them, with everyday names. Standard library only.

A node holds the set of classes below it. 133 of the 398 classes have an ancestor with several parents, so a sum over
the children of a node would count some classes twice. Any two speakable nodes are nested or disjoint (tested).
Therefore the speakable nodes with more than half of the probability form a chain, and one of them is the deepest.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

from classifier.vocabulary import english
from classifier.vocabulary.labels import ANIMALS, labels

#: ``manage.py build_taxonomy`` writes this file; ``speak``, ``display``, ``plural`` and ``group`` are edited by hand.
TAXONOMY_FILE = Path(__file__).parent / "data" / "taxonomy.csv"

#: The WordNet id of "animal".
ROOT = "n00015388"

#: Output indices of the squirrel classes. The only one is the fox squirrel.
FOX_SQUIRREL = 335
SQUIRRELS = frozenset({FOX_SQUIRREL})


@dataclass(frozen=True, slots=True)
class Node:
    """One animal class or a group of animal classes.

    ``wnid`` and ``name``: from WordNet. ``display`` and ``plural``: the everyday name.
    ``speakable``: whether a verdict may name the node. It is false for groups without an everyday word (``diapsid``)
    and for the fox squirrel, because the model gives that class to all squirrels.
    ``depth``: the length of the longest path to the root, which has 0.
    ``leaves``: output indices of the classes in the node, 0–397.
    ``group``: the everyday group that a headline puts before a class (``a cat (Egyptian cat)``), or empty.
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
        """Return the name with its article: ``an Egyptian cat``."""
        return f"{english.article(self.display)} {self.display}"

    @property
    def headline(self) -> str:
        """Return the phrase, with the everyday group first if there is one: ``a cat (Egyptian cat)``."""
        return f"{english.article(self.group)} {self.group} ({self.display})" if self.group else self.phrase


@cache
def nodes() -> Mapping[str, Node]:
    """Return all 667 nodes by wnid: 398 classes and 269 groups."""
    rows = _rows()
    leaves = _leaves_by_wnid(rows)
    return MappingProxyType({wnid: _node(row, rows, leaves[wnid]) for wnid, row in rows.items()})


@cache
def speakable_nodes() -> tuple[Node, ...]:
    """Return the nodes that a verdict may name, smallest first. Of nodes with equal leaves, only the deepest counts."""
    by_depth = sorted(nodes().values(), key=lambda node: node.depth)
    deepest = {node.leaves: node for node in by_depth if node.speakable}
    return tuple(sorted(deepest.values(), key=lambda node: (len(node.leaves), node.wnid)))


def leaf(index: int) -> Node:
    """Return the node of the animal class with output index 0–397."""
    return nodes()[labels()[index].wnid]


def ancestors(node: Node) -> frozenset[str]:
    """Return the wnids of all groups that contain a node, up to the root. The root has none."""
    return frozenset(node.parents).union(*(ancestors(nodes()[parent]) for parent in node.parents))


@cache
def top_groups() -> tuple[Node, ...]:
    """Return the 17 largest everyday groups (mammals, birds, …), largest first. Each animal class is in exactly one."""
    candidates = [node for node in speakable_nodes() if node.wnid != ROOT]
    return tuple(node for node in reversed(candidates) if not any(node.leaves < other.leaves for other in candidates))


@cache
def top_group(wnid: str) -> str:
    """Return the wnid of the top group that contains a node; empty for the root and for wnids of objects."""
    node = nodes().get(wnid)
    return next((group.wnid for group in top_groups() if node and node.leaves <= group.leaves), "")


@cache
def phrase(index: int) -> str:
    """Return the name of class 0–999 for use in a sentence: ``an Egyptian cat``, ``an espresso``, ``guacamole``."""
    return leaf(index).phrase if index < ANIMALS else english.object_name(labels()[index]).phrase


@cache
def display(index: int) -> str:
    """Return the everyday name of class 0–999: ``Egyptian cat``, ``hot dog``."""
    return leaf(index).display if index < ANIMALS else english.object_name(labels()[index]).display


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


def _leaves_by_wnid(rows: dict[str, dict[str, str]]) -> dict[str, frozenset[int]]:
    leaves: dict[str, set[int]] = {wnid: set() for wnid in rows}
    for label in labels()[:ANIMALS]:
        for wnid in _with_ancestors(label.wnid, rows):
            leaves[wnid].add(label.index)
    return {wnid: frozenset(indices) for wnid, indices in leaves.items()}


def _with_ancestors(wnid: str, rows: dict[str, dict[str, str]]) -> set[str]:
    return {wnid}.union(*(_with_ancestors(parent, rows) for parent in rows[wnid]["parents"].split()))


def _depth(wnid: str, rows: dict[str, dict[str, str]]) -> int:
    return max((1 + _depth(parent, rows) for parent in rows[wnid]["parents"].split()), default=0)
