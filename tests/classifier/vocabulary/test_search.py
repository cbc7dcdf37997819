"""What a photo shows is found among classes and groups by a few letters."""

import pytest

from classifier.vocabulary import search


def displays(text: str, limit: int = 5) -> list[str]:
    return [name.display for name in search.suggest(text, limit)]


def test_no_two_are_called_the_same():
    called = [name.display.casefold() for name in search.names().values()]
    assert len(set(called)) == len(called) > 1000


@pytest.mark.parametrize("text", ["squirrel", " SQUIRREL ", "fox squirrel", "mammal", "espresso", "n02124075"])
def test_every_kind_of_name_is_known(text):
    wnid = search.named(text)
    assert wnid
    assert search.display(wnid).casefold() in {text.strip().casefold(), "egyptian cat"}


@pytest.mark.parametrize("text", ["", "unicorn", "n00000000"])
def test_what_is_neither_class_nor_group_has_no_wnid(text):
    assert search.named(text) is None


def test_the_very_name_comes_first_then_what_begins_so_then_its_words():
    found = displays("cat", 50)
    assert found[0] == "cat"
    assert found.index("catamaran") < found.index("Egyptian cat") < found.index("polecat")


def test_no_more_are_suggested_than_asked_for_and_none_for_nothing():
    assert len(displays("a", 3)) == 3
    assert displays("  ") == []
    assert displays("zzzz") == []
