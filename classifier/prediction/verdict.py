"""Verdict of one softmax: the deepest speakable animal node whose summed probability reaches a threshold T.

"Deepest" means the smallest set of classes; of two nodes with the same set, the one lower in the hierarchy. Speakable
nodes are nested or disjoint, and two disjoint nodes cannot both hold more than half. So for T > 0.5 all nodes that
reach T form one chain, and the deepest is unique. For T ≤ 0.5 several may be deepest; the most probable is named.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from classifier.prediction.result import ScoredClass, Verdict, VerdictKind
from classifier.vocabulary import english, taxonomy
from classifier.vocabulary.labels import ANIMALS, labels
from classifier.vocabulary.taxonomy import Node


def animal_probability(probabilities: NDArray[np.float32]) -> float:
    """Return p_animal, 0…1: the sum over classes 0–397 of one (1000,) softmax."""
    return min(1.0, float(probabilities[:ANIMALS].sum(dtype=np.float64)))


def top_classes(probabilities: NDArray[np.float32], count: int) -> tuple[ScoredClass, ...]:
    """Return the ``count`` most probable classes of one (1000,) softmax, most probable first."""
    order = np.argsort(probabilities)[::-1][:count]
    return tuple(ScoredClass.of(labels()[index], float(probabilities[index])) for index in order)


def judge(probabilities: NDArray[np.float32], threshold: float) -> Verdict:
    """Return the verdict of one (1000,) softmax at ``threshold`` T, 0…1 (``VERDICT_THRESHOLD``, 0.65 by default).

    A node that reaches T is named: ``species``, ``group``, or ``animal`` for the root. Otherwise the verdict is
    ``none`` if p_animal ≤ 1 - T, else ``unsure`` with the most probable name.
    """
    node = _deepest(probabilities, threshold)
    if node is not None:
        return _named(node, probabilities)
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
    """Return the sum behind a verdict: ``domestic cat .91 = Egyptian cat .47 + tiger cat .28 + tabby .16``.

    A group has its WordNet name. Each number is rounded by itself.
    """
    if kind is VerdictKind.SPECIES:
        return f"{node.display} {_decimal(_sum(node, probabilities))}"
    group = node if kind is VerdictKind.GROUP else taxonomy.nodes()[taxonomy.ROOT]
    return _addition(group.name.replace("_", " "), group.leaves, probabilities)


def _none(probabilities: NDArray[np.float32]) -> Verdict:
    """Return the "no animal" verdict. It names the most probable object, even if one animal is more probable."""
    label = labels()[ANIMALS + int(np.argmax(probabilities[ANIMALS:]))]
    object_name = english.object_name(label)
    sentence = f"No animal here. It looks most like {object_name.phrase}."
    return Verdict(
        kind=VerdictKind.NONE,
        name=label.label,
        display=object_name.display,
        headline=object_name.phrase,
        perhaps="",
        wnid=label.wnid,
        score=round(1 - animal_probability(probabilities), 6),
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
        score=round(_sum(node, probabilities), 6),
        sentence=sentence,
        reason=_reason(kind, node, probabilities),
    )


def _perhaps(probabilities: NDArray[np.float32]) -> str:
    """Return the phrase of the likely node, or an empty string if that is the root."""
    node = _likely(probabilities)
    return "" if node.wnid == taxonomy.ROOT else node.phrase


def _likely(probabilities: NDArray[np.float32]) -> Node:
    """Return the deepest speakable node that holds at least half of p_animal."""
    return _deepest(probabilities, animal_probability(probabilities) / 2) or taxonomy.nodes()[taxonomy.ROOT]


def _deepest(probabilities: NDArray[np.float32], min_sum: float) -> Node | None:
    """Return the smallest speakable node with a sum ≥ ``min_sum``; of equally small nodes the most probable one."""
    nodes, sums = taxonomy.speakable_nodes(), _membership() @ probabilities[:ANIMALS].astype(np.float64)
    candidates = np.flatnonzero(sums >= min_sum)
    if not candidates.size:
        return None
    return nodes[min(candidates, key=lambda index: (len(nodes[index].leaves), -sums[index]))]


def _sum(node: Node, probabilities: NDArray[np.float32]) -> float:
    return min(1.0, float(probabilities[_indices(node.leaves)].sum(dtype=np.float64)))


@cache
def _indices(leaves: range | frozenset[int]) -> NDArray[np.intp]:
    return np.array(sorted(leaves), np.intp)


@cache
def _membership() -> NDArray[np.float64]:
    """Return the (nodes, 398) matrix with 1 where a class belongs to a speakable node: one product gives all sums."""
    membership = np.zeros((len(taxonomy.speakable_nodes()), ANIMALS))
    for row, node in zip(membership, taxonomy.speakable_nodes(), strict=True):
        row[_indices(node.leaves)] = 1
    return membership


def _addition(title: str, leaves: range | frozenset[int], probabilities: NDArray[np.float32]) -> str:
    """Return ``title`` with its sum, its three largest parts and the rest; parts below 0.005 are left out."""
    indices = _indices(leaves)
    scores = probabilities[indices].astype(np.float64)
    largest = np.argsort(-scores, kind="stable")[:3]
    parts = [f"{taxonomy.display(int(indices[i]))} {_decimal(scores[i])}" for i in largest if scores[i] >= 0.005]
    rest = scores.sum() - scores[largest].sum()
    if rest >= 0.005:
        parts.append(f"{len(scores) - len(largest)} more {_decimal(rest)}")
    return f"{title} {_decimal(scores.sum())} = {' + '.join(parts)}"


def _decimal(probability: float) -> str:
    return f"{min(1.0, probability):.2f}".removeprefix("0")
