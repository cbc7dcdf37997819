"""The animals above the classes, and the words for all of them."""

import sys
from itertools import combinations
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from classifier.management.commands import build_taxonomy
from classifier.prediction.squirrel import FOX_SQUIRREL
from classifier.vocabulary import english, taxonomy
from classifier.vocabulary.labels import ANIMALS, labels
from classifier.vocabulary.taxonomy import ROOT, TAXONOMY_FILE, Node

READ_ALOUD = Path(__file__).parent / "taxonomy_read_aloud.txt"

NODES = taxonomy.nodes()
LEAVES = [taxonomy.leaf(index) for index in range(ANIMALS)]
GROUPS = [node for node in NODES.values() if node not in LEAVES]

wordnet = pytest.mark.skipif(
    not build_taxonomy.WORDNET_DIR.is_dir(), reason="WordNet 3.0 is missing: apt-get install wordnet-base"
)


def climb(node: Node) -> Node:
    """What a verdict says for a node."""
    return next(said for said in taxonomy.spoken() if said.leaves >= node.leaves)


def read_aloud() -> str:
    """Every name as it is said: groups, then animals, then objects."""
    groups = (
        f"That is {node.phrase}. Many {node.plural}. [{node.name}, {len(node.leaves)}]"
        if node.speakable
        else f"({node.phrase}, {node.plural}: not said, so {climb(node).phrase}) [{node.name}, {len(node.leaves)}]"
        for node in GROUPS
    )
    animals = (
        f"That is {node.phrase}. Many {node.plural}. Headline: {node.headline}."
        if node.speakable
        else f"({node.phrase}, {node.plural}: not said, so {climb(node).phrase})"
        for node in LEAVES
    )
    objects = (f"It looks most like {taxonomy.phrase(index)}." for index in range(ANIMALS, len(labels())))
    return "".join(f"{line}\n" for line in (*groups, *animals, *objects))


def test_all_names_are_as_they_were_read_and_approved():
    """After a change, write the file anew with ``python -m tests.classifier.vocabulary.test_taxonomy`` and read it."""
    assert read_aloud().splitlines() == READ_ALOUD.read_text(encoding="utf-8").splitlines()


def test_there_are_398_animals_in_269_groups():
    assert (len(LEAVES), len(GROUPS), len(NODES)) == (398, 269, 667)


def test_an_animal_is_the_class_of_the_model():
    assert [(node.name, node.leaves) for node in LEAVES] == [
        (label.label, frozenset([label.index])) for label in labels()[:ANIMALS]
    ]


def test_every_animal_reaches_the_root():
    assert all(ROOT in taxonomy.ancestors(node) for node in LEAVES)
    assert NODES[ROOT].leaves == set(range(ANIMALS))


def test_a_group_is_the_union_of_what_is_in_it():
    for group in GROUPS:
        below = [node.leaves for node in NODES.values() if group.wnid in node.parents]
        assert group.leaves == frozenset().union(*below)


def test_a_class_is_in_exactly_the_groups_above_it():
    for node in LEAVES:
        assert {group.wnid for group in GROUPS if node.leaves <= group.leaves} == taxonomy.ancestors(node)


def test_a_class_with_two_ways_up_counts_once():
    coho = next(node for node in LEAVES if node.name == "coho")
    assert len(NODES[coho.parents[0]].parents) == 2
    fish = next(node for node in GROUPS if node.name == "fish")
    assert len(fish.leaves) == 16


def test_no_object_is_an_animal():
    assert all(max(node.leaves) < ANIMALS for node in NODES.values())


def test_a_node_is_deeper_than_all_its_parents():
    assert NODES[ROOT].depth == 0
    assert all(node.depth > NODES[parent].depth for node in NODES.values() for parent in node.parents)


def test_speakable_groups_are_nested_or_disjoint():
    """So that the deepest of those that hold more than half is unique."""
    for one, other in combinations(taxonomy.spoken(), 2):
        assert one.leaves.isdisjoint(other.leaves) or one.leaves < other.leaves or other.leaves < one.leaves


def test_of_groups_with_equal_leaves_the_deepest_speakable_is_said():
    said = [node.leaves for node in taxonomy.spoken()]
    assert len(said) == len(set(said))
    for node in taxonomy.spoken():
        assert all(
            other.depth <= node.depth for other in NODES.values() if other.speakable and other.leaves == node.leaves
        )


def test_every_animal_but_the_one_squirrel_and_the_root_can_be_said():
    assert {*LEAVES, NODES[ROOT]} - set(taxonomy.spoken()) == {taxonomy.leaf(FOX_SQUIRREL)}


def test_a_name_means_one_set_of_animals():
    for one, other in combinations(NODES.values(), 2):
        assert one.display != other.display or one.leaves == other.leaves


@pytest.mark.parametrize("word", ["diapsid", "saurian", "placental", "craniate", "vertebrate", "oscine", "carnivore"])
def test_it_never_says(word):
    assert all(word not in node.display for node in taxonomy.spoken())


def test_an_animal_is_introduced_as_a_speakable_group_it_is_in():
    for node in LEAVES:
        above = {NODES[wnid].display for wnid in taxonomy.ancestors(node) if NODES[wnid].speakable}
        assert node.group in {"", *above}


@pytest.mark.parametrize(
    ("index", "headline"), [(285, "a cat (Egyptian cat)"), (9, "an ostrich"), (316, "an insect (cicada)")]
)
def test_a_headline_has_the_everyday_group(index, headline):
    assert taxonomy.leaf(index).headline == headline


@pytest.mark.parametrize(
    "phrase", ["an hourglass", "a honeycomb", "a unicycle", "an umbrella", "a European newt", "an ear", "a one-piece"]
)
def test_an_article_goes_by_the_sound(phrase):
    expected, _, words = phrase.partition(" ")
    assert english.article(words) == expected


@pytest.mark.parametrize(
    ("one", "many"),
    [
        ("fox", "foxes"),
        ("butterfly", "butterflies"),
        ("monkey", "monkeys"),
        ("goldfish", "goldfish"),
        ("finch", "finches"),
        ("rabbit or hare", "rabbits or hares"),
        ("crab, lobster or crayfish", "crabs, lobsters or crayfish"),
        ("member of the cat family", "members of the cat family"),
    ],
)
def test_a_plural_follows_the_rule(one, many):
    assert english.plural(one) == many


@pytest.mark.parametrize(
    ("index", "phrase"), [(967, "an espresso"), (924, "guacamole"), (673, "a computer mouse"), (608, "jeans")]
)
def test_an_object_is_read_as_people_say_it(index, phrase):
    assert taxonomy.phrase(index) == phrase


def test_every_reviewed_object_is_an_object_of_the_model():
    objects = {label.wnid for label in labels()[ANIMALS:]}
    assert set(english._reviewed()) <= objects


@wordnet
def test_the_table_is_what_wordnet_gives():
    call_command("build_taxonomy", check=True)


@wordnet
def test_a_changed_structure_fails_the_check(tmp_path):
    table = tmp_path / "taxonomy.csv"
    table.write_text(TAXONOMY_FILE.read_text(encoding="utf-8").replace("n02121808 ", "", 1), encoding="utf-8")
    table.write_text(table.read_text(encoding="utf-8").replace("n02120997", "n02075296", 1), encoding="utf-8")
    with pytest.raises(CommandError, match="not what WordNet gives"):
        call_command("build_taxonomy", file=table, check=True)


@wordnet
def test_a_reviewed_name_is_kept(tmp_path):
    table, ours = (
        tmp_path / "taxonomy.csv",
        TAXONOMY_FILE.read_text(encoding="utf-8").replace("polar bear", "white bear"),
    )
    table.write_text(ours, encoding="utf-8")
    call_command("build_taxonomy", file=table)
    assert table.read_text(encoding="utf-8") == ours


@wordnet
def test_a_new_group_is_not_said_before_it_is_reviewed(tmp_path):
    table = tmp_path / "taxonomy.csv"
    call_command("build_taxonomy", file=table)
    assert "n00015388,animal,,no,animal,,\n" in table.read_text(encoding="utf-8")


def test_without_wordnet_it_says_what_to_install(tmp_path):
    with pytest.raises(CommandError, match="apt-get install wordnet-base"):
        call_command("build_taxonomy", wordnet=tmp_path)


def test_wordnets_licence_stands_beside_the_table():
    licence = (TAXONOMY_FILE.parent / "LICENSE-wordnet.md").read_text(encoding="utf-8")
    assert "WordNet 3.0 Copyright 2006 by Princeton University.  All rights reserved." in licence


if __name__ == "__main__":
    sys.stdout.write(read_aloud())
