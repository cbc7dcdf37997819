"""Probabilities → what to say. Plain: the best class, and whether there is an animal at all."""

import numpy as np
from numpy.typing import NDArray

from classifier.answer import Kind, Scored, Verdict
from classifier.labels import ANIMALS, Label, labels


def animal_probability(probabilities: NDArray[np.float32]) -> float:
    """p_animal: the sum over the leaves 0–397 of one (1000,) softmax."""
    return min(1.0, float(probabilities[:ANIMALS].sum()))


def best(probabilities: NDArray[np.float32], count: int) -> tuple[Scored, ...]:
    """The ``count`` most probable classes of one (1000,) softmax, best first."""
    order = np.argsort(probabilities)[::-1][:count]
    return tuple(Scored(labels()[index], float(probabilities[index])) for index in order)


def judge(probabilities: NDArray[np.float32], threshold: float) -> Verdict:
    """The verdict of one (1000,) softmax.

    ``threshold`` T (0.65 by default): a class at ≥ T is named; else p_animal ≥ T is "an animal", p_animal ≤ 1 - T is
    "no animal", and anything between is "not sure".
    """
    animal, top = animal_probability(probabilities), best(probabilities, 1)[0]
    if animal <= 1 - threshold:
        sentence = f"No animal here. It looks most like {article(top.label.words)} {top.label.words}."
        return _verdict(Kind.NONE, top.label, 1 - animal, sentence)
    if top.label.is_animal and top.score >= threshold:
        return _verdict(Kind.SPECIES, top.label, top.score, f"That is {article(top.label.words)} {top.label.words}.")
    first = best(probabilities[:ANIMALS], 1)[0].label
    if animal >= threshold:
        sentence = f"That is an animal, perhaps {article(first.words)} {first.words}."
        return _verdict(Kind.ANIMAL, first, animal, sentence)
    return _verdict(Kind.UNSURE, first, animal, f"Not sure. Perhaps {article(first.words)} {first.words}.")


def article(words: str) -> str:
    """``a`` or ``an``, by the first letter."""
    return "an" if words[0].lower() in "aeiou" else "a"


def _verdict(kind: Kind, label: Label, score: float, sentence: str) -> Verdict:
    return Verdict(kind, label.label, label.words, label.wnid, score, sentence)
