"""Tests of the text search over the names of classes and groups."""

import pytest

from classifier.vocabulary import search


def suggested_names(text: str, limit: int = 5) -> list[str]:
    return [name.display for name in search.suggest(text, limit)]


def test_no_two_names_are_equal():
    names = [name.display.casefold() for name in search.names().values()]
    assert len(set(names)) == len(names) > 1000


@pytest.mark.parametrize("text", ["squirrel", " SQUIRREL ", "fox squirrel", "mammal", "espresso", "n02124075"])
def test_finds_groups_classes_and_wnids_in_any_case(text):
    wnid = search.find_exact(text)
    assert wnid
    assert search.display(wnid).casefold() in {text.strip().casefold(), "egyptian cat"}


@pytest.mark.parametrize("text", ["", "unicorn", "n00000000"])
def test_finds_no_wnid_for_an_unknown_name(text):
    assert search.find_exact(text) is None


def test_finds_names_by_their_prefix_in_any_case():
    names = {search.display(wnid) for wnid in search.find_by_prefix(" CAT")}
    assert {"cat", "catamaran"} <= names
    assert "Egyptian cat" not in names
    assert search.find_by_prefix(" ") == []


def test_display_of_an_unknown_wnid_is_empty():
    assert search.display("n00000000") == ""


def test_suggests_the_exact_name_first_then_names_with_the_prefix_then_words_with_the_prefix():
    names = suggested_names("cat", 50)
    assert names[0] == "cat"
    assert names.index("catamaran") < names.index("Egyptian cat") < names.index("polecat")


def test_suggests_at_most_the_limit_and_nothing_for_an_empty_or_unknown_text():
    assert len(suggested_names("a", 3)) == 3
    assert suggested_names("  ") == []
    assert suggested_names("zzzz") == []
