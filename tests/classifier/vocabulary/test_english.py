"""Tests of articles, plurals and object names."""

import csv

import pytest

from classifier.vocabulary import english
from classifier.vocabulary.labels import ANIMALS, labels


@pytest.mark.parametrize(
    "phrase", ["an hourglass", "a honeycomb", "a unicycle", "an umbrella", "a European newt", "an ear", "a one-piece"]
)
def test_article_follows_the_sound_of_the_first_word(phrase):
    expected, _, words = phrase.partition(" ")
    assert english.article(words) == expected


@pytest.mark.parametrize(
    ("singular", "plural"),
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
def test_plural_follows_the_regular_rule(singular, plural):
    assert english.plural(singular) == plural


@pytest.mark.parametrize(
    ("index", "phrase"), [(967, "an espresso"), (924, "guacamole"), (673, "a computer mouse"), (608, "jeans")]
)
def test_object_has_its_everyday_name_with_the_right_article(index, phrase):
    assert english.object_name(labels()[index]).phrase == phrase


def test_every_reviewed_object_is_an_object_class_of_the_model():
    objects = {label.wnid for label in labels()[ANIMALS:]}
    with english.OBJECTS_FILE.open(encoding="utf-8", newline="") as file:
        assert {row["wnid"] for row in csv.DictReader(file)} <= objects
