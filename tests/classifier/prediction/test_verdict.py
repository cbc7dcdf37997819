"""What is said, for probabilities that are known."""

import numpy as np
import pytest

from classifier.prediction import verdict
from classifier.prediction.result import VerdictKind
from classifier.prediction.squirrel import FOX_SQUIRREL
from classifier.vocabulary import taxonomy
from classifier.vocabulary.labels import ANIMALS, labels

T = 0.65
CHELSEA = {"Egyptian_cat": 0.47, "tiger_cat": 0.28, "tabby": 0.16}


def probabilities(**scores: float) -> np.ndarray:
    """(1000,) float32: the given scores by label, and what is missing from 1 spread over all objects."""
    found = np.zeros(1000, np.float32)
    for label, score in scores.items():
        found[next(known.index for known in labels() if known.label == label)] = score
    found[ANIMALS:] += (1 - found.sum()) / (1000 - ANIMALS)
    return found


def softmaxes(count: int) -> np.ndarray:
    """(count, 1000) float32, from flat to sharp."""
    random = np.random.default_rng(3)
    logits = random.normal(size=(count, 1000)) * random.uniform(0.1, 12, (count, 1))
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return (powers / powers.sum(axis=1, keepdims=True)).astype(np.float32)


@pytest.mark.parametrize("index", [index for index in range(ANIMALS) if index != FOX_SQUIRREL])
def test_a_certain_animal_is_named(index):
    found = verdict.judge(np.eye(1000, dtype=np.float32)[index], T)
    assert (found.kind, found.name, found.wnid) == (VerdictKind.SPECIES, labels()[index].label, labels()[index].wnid)
    assert (found.score, found.sentence) == (1, f"That is {taxonomy.phrase(index)}.")


def test_a_squirrel_is_a_squirrel_because_the_model_knows_one_kind():
    found = verdict.judge(np.eye(1000, dtype=np.float32)[FOX_SQUIRREL], T)
    assert (found.kind, found.name, found.score) == (VerdictKind.SPECIES, "squirrel", 1)
    assert (found.sentence, found.headline) == ("That is a squirrel.", "a squirrel")
    assert verdict.best(np.eye(1000, dtype=np.float32)[FOX_SQUIRREL], 1)[0].label.words == "fox squirrel"


@pytest.mark.parametrize("index", range(ANIMALS, 1000))
def test_a_certain_object_is_no_animal(index):
    found = verdict.judge(np.eye(1000, dtype=np.float32)[index], T)
    assert (found.kind, found.name, found.score) == (VerdictKind.NONE, labels()[index].label, 1)
    assert found.sentence == f"No animal here. It looks most like {taxonomy.phrase(index)}."


@pytest.mark.parametrize(
    ("scores", "kind", "sentence"),
    [
        ({"Egyptian_cat": 0.67}, VerdictKind.SPECIES, "That is an Egyptian cat."),
        (CHELSEA, VerdictKind.GROUP, "That is a cat."),
        ({"tabby": 0.4, "lynx": 0.4}, VerdictKind.GROUP, "That is a member of the cat family."),
        ({"tabby": 0.4, "pug": 0.4}, VerdictKind.GROUP, "That is a mammal."),
        ({"robin": 0.4, "jay": 0.4}, VerdictKind.GROUP, "That is a songbird."),
        ({"agama": 0.4, "triceratops": 0.4}, VerdictKind.GROUP, "That is a reptile."),
        ({"beagle": 0.4, "pug": 0.4}, VerdictKind.GROUP, "That is a dog."),
        ({"coho": 0.4, "barracouta": 0.4}, VerdictKind.GROUP, "That is a fish."),
        ({"ox": 0.4, "hog": 0.4}, VerdictKind.GROUP, "That is a hoofed animal."),
        ({"tench": 0.5, "tabby": 0.4}, VerdictKind.ANIMAL, "That is an animal, perhaps a tench."),
        ({"tench": 0.3, "tabby": 0.3, "bee": 0.3}, VerdictKind.ANIMAL, "That is an animal."),
        ({"robin": 0.3, "goose": 0.3, "bee": 0.3}, VerdictKind.ANIMAL, "That is an animal, perhaps a bird."),
        ({"pug": 0.3, "beagle": 0.2}, VerdictKind.UNSURE, "Not sure. Perhaps a pug."),
        ({"pug": 0.2, "beagle": 0.15, "tabby": 0.15}, VerdictKind.UNSURE, "Not sure. Perhaps a dog."),
        ({"pug": 0.2, "bee": 0.2, "snail": 0.2}, VerdictKind.UNSURE, "Not sure whether that is an animal."),
        ({"espresso": 0.9}, VerdictKind.NONE, "No animal here. It looks most like an espresso."),
    ],
)
def test_it_says(scores, kind, sentence):
    found = verdict.judge(probabilities(**scores), T)
    assert (found.kind, found.sentence) == (kind, sentence)


def test_a_group_has_its_wordnet_name_its_everyday_name_and_its_sum():
    found = verdict.judge(probabilities(**CHELSEA), T)
    assert (found.name, found.display, found.wnid) == ("domestic_cat", "cat", "n02121808")
    assert found.score == pytest.approx(0.91)


def test_no_animal_is_never_likened_to_one():
    found = verdict.judge(probabilities(tench=0.3, espresso=0.2), T)
    assert (found.kind, found.name) == (VerdictKind.NONE, "espresso")


@pytest.mark.parametrize(
    ("scores", "reason"),
    [
        (CHELSEA, "domestic cat .91 = Egyptian cat .47 + tiger cat .28 + tabby .16"),
        (
            {"pug": 0.4, "beagle": 0.3, "collie": 0.1, "boxer": 0.09},
            "dog .89 = pug .40 + beagle .30 + collie .10 + 115 more .09",
        ),
        ({"macaw": 0.96}, "macaw .96"),
        ({"macaw": 1.0}, "macaw 1.00"),
        ({"tench": 0.5, "tabby": 0.4}, "animal .90 = tench .50 + tabby .40"),
        ({"pug": 0.3, "beagle": 0.2}, "animal .50 = pug .30 + beagle .20"),
        ({"espresso": 0.7, "cup": 0.3}, "no animal 1.00 = espresso .70 + cup .30"),
    ],
)
def test_it_gives_its_reason(scores, reason):
    found = probabilities(**scores)
    assert verdict.judge(found, T).reason == reason


@pytest.mark.parametrize(
    ("tabby", "goose", "kind"),
    [
        (0.75, 0, VerdictKind.SPECIES),
        (0.7499, 0, VerdictKind.UNSURE),
        (0.5, 0.25, VerdictKind.ANIMAL),
        (0.5, 0.2499, VerdictKind.UNSURE),
        (0.125, 0.1251, VerdictKind.UNSURE),
        (0.125, 0.125, VerdictKind.NONE),
    ],
)
def test_the_threshold_itself_belongs_to_the_bolder_answer(tabby, goose, kind):
    """At T = 3/4, which floating point can hold exactly."""
    assert verdict.judge(probabilities(tabby=tabby, goose=goose), 0.75).kind is kind


def test_of_two_that_reach_a_low_threshold_it_names_the_likelier():
    assert verdict.judge(probabilities(tench=0.4, tabby=0.5), 0.4).name == "tabby"


def test_a_sum_counts_each_class_once_and_grows_upwards():
    for found in softmaxes(20):
        sums = {node.wnid: found[sorted(node.leaves)].sum(dtype=np.float64) for node in taxonomy.nodes().values()}
        said = verdict._members() @ found[:ANIMALS].astype(np.float64)
        assert said == pytest.approx([sums[node.wnid] for node in taxonomy.speakable_nodes()])
        assert all(sums[p] >= sums[n.wnid] - 1e-12 for n in taxonomy.nodes().values() for p in n.parents)
        assert sums[taxonomy.ROOT] == pytest.approx(verdict.animal_probability(found))


def test_what_is_named_lies_inside_all_that_reach_the_threshold():
    for found in softmaxes(300):
        said = verdict.judge(found, T)
        reach = [
            node.leaves for node in taxonomy.speakable_nodes() if found[sorted(node.leaves)].sum(dtype=np.float64) >= T
        ]
        if reach:
            assert taxonomy.nodes()[said.wnid].leaves == frozenset.intersection(*reach)
        else:
            assert said.kind in (VerdictKind.NONE, VerdictKind.UNSURE)


def test_the_best_classes_come_best_first():
    found = verdict.best(probabilities(tabby=0.5, tench=0.3), 2)
    assert [(one.label.label, round(one.score, 2)) for one in found] == [("tabby", 0.5), ("tench", 0.3)]
