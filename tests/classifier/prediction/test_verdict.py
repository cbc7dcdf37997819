"""Tests of the verdicts for given probabilities."""

import numpy as np
import pytest

from classifier.prediction import verdict
from classifier.prediction.result import VerdictKind
from classifier.vocabulary import taxonomy
from classifier.vocabulary.labels import ANIMALS, labels
from classifier.vocabulary.taxonomy import FOX_SQUIRREL

T = 0.65
CHELSEA = {"Egyptian_cat": 0.47, "tiger_cat": 0.28, "tabby": 0.16}


def probabilities(**scores: float) -> np.ndarray:
    """Return (1000,) float32: the given scores by label, the rest spread evenly over all objects."""
    scored = np.zeros(1000, np.float32)
    for label, score in scores.items():
        scored[next(known.index for known in labels() if known.label == label)] = score
    scored[ANIMALS:] += (1 - scored.sum()) / (1000 - ANIMALS)
    return scored


def softmaxes(count: int) -> np.ndarray:
    """Return (count, 1000) float32 softmaxes, from flat to sharp."""
    random = np.random.default_rng(3)
    logits = random.normal(size=(count, 1000)) * random.uniform(0.1, 12, (count, 1))
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return (powers / powers.sum(axis=1, keepdims=True)).astype(np.float32)


def test_every_animal_class_but_the_squirrel_is_named_as_itself_at_full_probability():
    certain = np.eye(1000, dtype=np.float32)
    for label in labels()[:ANIMALS]:
        if label.index == FOX_SQUIRREL:
            continue
        judged = verdict.judge(certain[label.index], T)
        expected = (VerdictKind.SPECIES, label.label, label.wnid, 1, f"That is {taxonomy.phrase(label.index)}.")
        assert (judged.kind, judged.name, judged.wnid, judged.score, judged.sentence) == expected


def test_every_object_class_is_no_animal_at_full_probability():
    certain = np.eye(1000, dtype=np.float32)
    for label in labels()[ANIMALS:]:
        judged = verdict.judge(certain[label.index], T)
        sentence = f"No animal here. It looks most like {taxonomy.phrase(label.index)}."
        assert (judged.kind, judged.name, judged.score, judged.sentence) == (VerdictKind.NONE, label.label, 1, sentence)


def test_the_only_squirrel_class_is_named_squirrel():
    judged = verdict.judge(np.eye(1000, dtype=np.float32)[FOX_SQUIRREL], T)
    assert (judged.kind, judged.name, judged.score) == (VerdictKind.SPECIES, "squirrel", 1)
    assert (judged.sentence, judged.headline) == ("That is a squirrel.", "a squirrel")
    assert verdict.top_classes(np.eye(1000, dtype=np.float32)[FOX_SQUIRREL], 1)[0].label == "fox_squirrel"


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
def test_the_verdict_names_the_deepest_node_above_the_threshold(scores, kind, sentence):
    judged = verdict.judge(probabilities(**scores), T)
    assert (judged.kind, judged.sentence) == (kind, sentence)


def test_a_group_has_its_wordnet_name_its_everyday_name_and_its_summed_score():
    judged = verdict.judge(probabilities(**CHELSEA), T)
    assert (judged.name, judged.display, judged.wnid) == ("domestic_cat", "cat", "n02121808")
    assert judged.score == pytest.approx(0.91)


def test_a_photo_without_an_animal_is_compared_with_an_object_only():
    judged = verdict.judge(probabilities(tench=0.3, espresso=0.2), T)
    assert (judged.kind, judged.name) == (VerdictKind.NONE, "espresso")


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
def test_the_reason_lists_the_scores_that_add_up(scores, reason):
    assert verdict.judge(probabilities(**scores), T).reason == reason


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
def test_a_score_equal_to_the_threshold_reaches_it(tabby, goose, kind):
    # T = 3/4 is exact in binary floating point.
    assert verdict.judge(probabilities(tabby=tabby, goose=goose), 0.75).kind is kind


def test_at_a_low_threshold_the_more_probable_of_two_nodes_is_named():
    assert verdict.judge(probabilities(tench=0.4, tabby=0.5), 0.4).name == "tabby"


def test_node_sums_count_each_class_once_and_never_shrink_towards_the_root():
    for softmax in softmaxes(20):
        sums = {node.wnid: softmax[sorted(node.leaves)].sum(dtype=np.float64) for node in taxonomy.nodes().values()}
        computed = verdict._membership() @ softmax[:ANIMALS].astype(np.float64)
        assert computed == pytest.approx([sums[node.wnid] for node in taxonomy.speakable_nodes()])
        assert all(sums[p] >= sums[n.wnid] - 1e-12 for n in taxonomy.nodes().values() for p in n.parents)
        assert sums[taxonomy.ROOT] == pytest.approx(verdict.animal_probability(softmax))


def test_the_named_node_lies_inside_all_nodes_that_reach_the_threshold():
    for softmax in softmaxes(300):
        judged = verdict.judge(softmax, T)
        reaching = [
            node.leaves
            for node in taxonomy.speakable_nodes()
            if softmax[sorted(node.leaves)].sum(dtype=np.float64) >= T
        ]
        if reaching:
            assert taxonomy.nodes()[judged.wnid].leaves == frozenset.intersection(*reaching)
        else:
            assert judged.kind in (VerdictKind.NONE, VerdictKind.UNSURE)


def test_top_classes_come_in_descending_order():
    top_classes = verdict.top_classes(probabilities(tabby=0.5, tench=0.3), 2)
    assert [(scored.label, round(scored.score, 2)) for scored in top_classes] == [("tabby", 0.5), ("tench", 0.3)]
