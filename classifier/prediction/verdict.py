"""Probabilities → what to say.

The verdict is the deepest speakable animal node whose summed probability reaches T. "Deepest" is the smallest set of
classes; of nodes with the same set it is the one lower in the hierarchy. Speakable nodes are nested or disjoint, and
two disjoint ones cannot both hold more than half, so for T > 0.5 all that reach T form one chain and the deepest is
unique. For T ≤ 0.5 several may be smallest: the most probable of them is named.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from classifier.prediction.result import ScoredClass, Verdict, VerdictKind
from classifier.vocabulary import english, taxonomy
from classifier.vocabulary.labels import ANIMALS, labels
from classifier.vocabulary.taxonomy import Node


def animal_probability(probabilities: NDArray[np.float32]) -> float:
    """p_animal: the sum over the leaves 0–397 of one (1000,) softmax."""
    return min(1.0, float(probabilities[:ANIMALS].sum(dtype=np.float64)))


def best(probabilities: NDArray[np.float32], count: int) -> tuple[ScoredClass, ...]:
    """The ``count`` most probable classes of one (1000,) softmax, best first."""
    order = np.argsort(probabilities)[::-1][:count]
    return tuple(ScoredClass(labels()[index], float(probabilities[index])) for index in order)


def judge(probabilities: NDArray[np.float32], threshold: float) -> Verdict:
    """The verdict of one (1000,) softmax at ``threshold`` T, 0…1 (0.65 by default).

    The deepest speakable node at ≥ T is named (``species``, ``group``; ``animal`` if it is the root); else p_animal ≤
    1 - T is ``none``, and anything between is ``unsure``, which names what the animal would most likely be.
    """
    found = _deepest(probabilities, threshold)
    if found is not None:
        return _named(found, probabilities)
    if animal_probability(probabilities) <= 1 - threshold:
        return _none(probabilities)
    return _unsure(probabilities)


def _named(node: Node, probabilities: NDArray[np.float32]) -> Verdict:
    if node.wnid == taxonomy.ROOT:
        perhaps = _perhaps(probabilities)
        hint = f", perhaps {perhaps}" if perhaps else ""
        return _verdict(VerdictKind.ANIMAL, node, probabilities, f"That is {node.phrase}{hint}.", perhaps)
    kind = VerdictKind.SPECIES if len(node.leaves) == 1 else VerdictKind.GROUP
    return _verdict(kind, node, probabilities, f"That is {node.phrase}.")


def _reason(kind: VerdictKind, node: Node, probabilities: NDArray[np.float32]) -> str:
    """What a verdict adds up to: ``domestic cat .91 = Egyptian cat .47 + tiger cat .28 + tabby .16``.

    The three largest of its classes, each figure rounded by itself; the group goes by its name in WordNet.
    """
    if kind is VerdictKind.SPECIES:
        return f"{node.display} {_figure(_sum(node, probabilities))}"
    named = node if kind is VerdictKind.GROUP else taxonomy.nodes()[taxonomy.ROOT]
    return _addition(named.name.replace("_", " "), named.leaves, probabilities)


def _none(probabilities: NDArray[np.float32]) -> Verdict:
    """Named after the likeliest object, even if some animal is likelier than each single object."""
    label = labels()[ANIMALS + int(np.argmax(probabilities[ANIMALS:]))]
    thing = english.object_name(label)
    sentence = f"No animal here. It looks most like {thing.phrase}."
    return Verdict(
        kind=VerdictKind.NONE,
        name=label.label,
        display=thing.display,
        headline=thing.phrase,
        perhaps="",
        wnid=label.wnid,
        score=1 - animal_probability(probabilities),
        sentence=sentence,
        reason=_addition("no animal", range(ANIMALS, len(labels())), probabilities),
    )


def _unsure(probabilities: NDArray[np.float32]) -> Verdict:
    node, perhaps = _likely(probabilities), _perhaps(probabilities)
    sentence = f"Not sure. Perhaps {perhaps}." if perhaps else "Not sure whether that is an animal."
    return _verdict(VerdictKind.UNSURE, node, probabilities, sentence, perhaps)


def _verdict(
    kind: VerdictKind, node: Node, probabilities: NDArray[np.float32], sentence: str, perhaps: str = ""
) -> Verdict:
    return Verdict(
        kind=kind,
        name=node.name,
        display=node.display,
        headline=node.headline,
        perhaps=perhaps,
        wnid=node.wnid,
        score=_sum(node, probabilities),
        sentence=sentence,
        reason=_reason(kind, node, probabilities),
    )


def _perhaps(probabilities: NDArray[np.float32]) -> str:
    """The likely node as a guess; empty where that is any animal at all."""
    node = _likely(probabilities)
    return "" if node.wnid == taxonomy.ROOT else node.phrase


def _likely(probabilities: NDArray[np.float32]) -> Node:
    """The deepest speakable node with at least half of p_animal: what the animal, if it is one, more likely is."""
    return _deepest(probabilities, animal_probability(probabilities) / 2) or taxonomy.nodes()[taxonomy.ROOT]


def _deepest(probabilities: NDArray[np.float32], least: float) -> Node | None:
    """The smallest speakable node with a sum ≥ ``least``; of several as small, the most probable."""
    nodes, sums = taxonomy.speakable_nodes(), _members() @ probabilities[:ANIMALS].astype(np.float64)
    enough = np.flatnonzero(sums >= least)
    return nodes[min(enough, key=lambda at: (len(nodes[at].leaves), -sums[at]))] if enough.size else None


def _sum(node: Node, probabilities: NDArray[np.float32]) -> float:
    return min(1.0, float(probabilities[_indices(node.leaves)].sum(dtype=np.float64)))


@cache
def _indices(leaves: range | frozenset[int]) -> NDArray[np.intp]:
    return np.array(sorted(leaves), np.intp)


@cache
def _members() -> NDArray[np.float64]:
    """(nodes, 398): 1 where a class belongs to a speakable node, so that one product is all sums."""
    members = np.zeros((len(taxonomy.speakable_nodes()), ANIMALS))
    for row, node in zip(members, taxonomy.speakable_nodes(), strict=True):
        row[_indices(node.leaves)] = 1
    return members


def _addition(title: str, leaves: range | frozenset[int], probabilities: NDArray[np.float32]) -> str:
    """Sum, its three largest parts, and what is left if that is worth a hundredth."""
    indices = _indices(leaves)
    scores = probabilities[indices].astype(np.float64)
    first = np.argsort(-scores, kind="stable")[:3]
    parts = [f"{taxonomy.display(int(indices[at]))} {_figure(scores[at])}" for at in first if scores[at] >= 0.005]
    whole = scores.sum()
    left = whole - scores[first].sum()
    rest = [f"{len(scores) - len(first)} more {_figure(left)}"] if left >= 0.005 else []
    return f"{title} {_figure(whole)} = {' + '.join(parts + rest)}"


def _figure(probability: float) -> str:
    return f"{min(1.0, probability):.2f}".removeprefix("0")
