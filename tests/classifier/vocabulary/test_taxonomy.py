"""Tests of the taxonomy: its structure, and the names that a verdict may use."""

import sys
from itertools import combinations
from pathlib import Path

import pytest

from classifier.vocabulary import taxonomy
from classifier.vocabulary.labels import ANIMALS, labels
from classifier.vocabulary.taxonomy import FOX_SQUIRREL, ROOT, TAXONOMY_FILE, Node

APPROVED_NAMES = Path(__file__).parent / "approved_names.txt"

NODES = taxonomy.nodes()
LEAVES = [taxonomy.leaf(index) for index in range(ANIMALS)]
GROUPS = [node for node in NODES.values() if node not in LEAVES]


def named_in_a_verdict(node: Node) -> Node:
    """Return the smallest speakable node that contains ``node``."""
    return next(speakable for speakable in taxonomy.speakable_nodes() if speakable.leaves >= node.leaves)


def unspeakable_line(node: Node) -> str:
    return f"({node.phrase}, {node.plural}: a verdict names {named_in_a_verdict(node).phrase} instead)"


def all_names() -> str:
    """Return every name in a sentence, one per line: groups, then animals, then objects."""
    groups = (
        f"That is {node.phrase}. Many {node.plural}." if node.speakable else unspeakable_line(node) for node in GROUPS
    )
    animals = (
        f"That is {node.phrase}. Many {node.plural}. Headline: {node.headline}."
        if node.speakable
        else unspeakable_line(node)
        for node in LEAVES
    )
    objects = (f"It looks most like {taxonomy.phrase(index)}." for index in range(ANIMALS, len(labels())))
    sources = (f" [{node.name}, {len(node.leaves)}]" for node in GROUPS)
    lines = (*map("".join, zip(groups, sources, strict=True)), *animals, *objects)
    return "".join(f"{line}\n" for line in lines)


def test_all_names_are_approved():
    """After a change, run ``python -m tests.classifier.vocabulary.test_taxonomy > FILE`` and read the difference."""
    assert all_names().splitlines() == APPROVED_NAMES.read_text(encoding="utf-8").splitlines()


def test_taxonomy_has_398_classes_in_269_groups():
    assert (len(LEAVES), len(GROUPS), len(NODES)) == (398, 269, 667)


def test_each_leaf_is_one_class_of_the_model():
    assert [(node.name, node.leaves) for node in LEAVES] == [
        (label.label, frozenset([label.index])) for label in labels()[:ANIMALS]
    ]


def test_every_class_reaches_the_root():
    assert [node.name for node in LEAVES if ROOT not in taxonomy.ancestors(node)] == []
    assert NODES[ROOT].leaves == set(range(ANIMALS))


def test_a_group_is_the_union_of_its_children():
    children = {group.wnid: [node.leaves for node in NODES.values() if group.wnid in node.parents] for group in GROUPS}
    assert [group.name for group in GROUPS if group.leaves != frozenset().union(*children[group.wnid])] == []


def test_a_class_is_in_exactly_the_groups_above_it():
    def groups_with(node: Node) -> set[str]:
        return {group.wnid for group in GROUPS if node.leaves <= group.leaves}

    assert [node.name for node in LEAVES if groups_with(node) != taxonomy.ancestors(node)] == []


def test_a_class_with_two_paths_to_a_group_counts_once():
    coho = next(node for node in LEAVES if node.name == "coho")
    assert len(NODES[coho.parents[0]].parents) == 2
    fish = next(node for node in GROUPS if node.name == "fish")
    assert len(fish.leaves) == 16


def test_no_node_contains_an_object():
    assert [node.name for node in NODES.values() if max(node.leaves) >= ANIMALS] == []


def test_a_node_is_deeper_than_all_its_parents():
    assert NODES[ROOT].depth == 0
    edges = [(node, NODES[parent]) for node in NODES.values() for parent in node.parents]
    assert [(node.name, parent.name) for node, parent in edges if node.depth <= parent.depth] == []


def test_speakable_nodes_are_nested_or_disjoint():
    """This makes the deepest node with more than half of the probability unique."""

    def overlap_partly(first: Node, second: Node) -> bool:
        common = first.leaves & second.leaves
        return bool(common) and (common not in (first.leaves, second.leaves) or first.leaves == second.leaves)

    pairs = combinations(taxonomy.speakable_nodes(), 2)
    assert [(first.name, second.name) for first, second in pairs if overlap_partly(first, second)] == []


def test_the_deepest_of_the_speakable_nodes_with_equal_leaves_is_named():
    leaf_sets = [node.leaves for node in taxonomy.speakable_nodes()]
    assert len(leaf_sets) == len(set(leaf_sets))
    max_depth: dict[frozenset[int], int] = {}
    for node in NODES.values():
        if node.speakable:
            max_depth[node.leaves] = max(node.depth, max_depth.get(node.leaves, 0))
    assert [node.name for node in taxonomy.speakable_nodes() if node.depth < max_depth[node.leaves]] == []


def test_every_class_except_the_fox_squirrel_is_speakable_and_so_is_the_root():
    assert {*LEAVES, NODES[ROOT]} - set(taxonomy.speakable_nodes()) == {taxonomy.leaf(FOX_SQUIRREL)}


def test_nodes_with_the_same_name_have_the_same_leaves():
    pairs = combinations(NODES.values(), 2)
    assert {
        first.display for first, second in pairs if first.display == second.display and first.leaves != second.leaves
    } == set()


def test_no_speakable_name_has_a_word_that_only_zoologists_use():
    jargon = ("diapsid", "saurian", "placental", "craniate", "vertebrate", "oscine", "carnivore")
    names = [node.display for node in taxonomy.speakable_nodes()]
    assert [name for name in names if any(word in name for word in jargon)] == []


def test_the_group_in_a_headline_is_a_speakable_group_of_the_class():
    def speakable_groups(node: Node) -> set[str]:
        return {NODES[wnid].display for wnid in taxonomy.ancestors(node) if NODES[wnid].speakable}

    assert [node.headline for node in LEAVES if node.group and node.group not in speakable_groups(node)] == []


@pytest.mark.parametrize(
    ("index", "headline"), [(285, "a cat (Egyptian cat)"), (9, "an ostrich"), (316, "an insect (cicada)")]
)
def test_headline_names_the_everyday_group_where_there_is_one(index, headline):
    assert taxonomy.leaf(index).headline == headline


@pytest.mark.parametrize(
    ("index", "phrase", "display"), [(285, "an Egyptian cat", "Egyptian cat"), (608, "jeans", "jeans")]
)
def test_phrase_and_display_cover_animals_and_objects(index, phrase, display):
    assert (taxonomy.phrase(index), taxonomy.display(index)) == (phrase, display)


def test_licence_of_wordnet_is_beside_the_table():
    licence = (TAXONOMY_FILE.parent / "LICENSE-wordnet.md").read_text(encoding="utf-8")
    assert "WordNet 3.0 Copyright 2006 by Princeton University.  All rights reserved." in licence


if __name__ == "__main__":
    sys.stdout.write(all_names())
