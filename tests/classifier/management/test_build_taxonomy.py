"""Tests of ``manage.py build_taxonomy``."""

import pytest
from django.core.management import CommandError, call_command

from classifier.management.commands import build_taxonomy
from classifier.vocabulary.taxonomy import TAXONOMY_FILE


@pytest.fixture(scope="module")
def nouns():
    if not build_taxonomy.WORDNET_DIR.is_dir():
        pytest.skip("WordNet 3.0 is missing: apt-get install wordnet-base")
    return build_taxonomy.read_nouns(build_taxonomy.WORDNET_DIR)


@pytest.fixture
def _wordnet(nouns, monkeypatch):
    """Let the command use the nouns that are already read; reading them takes most of its time."""
    monkeypatch.setattr(build_taxonomy, "read_nouns", lambda _: nouns)


@pytest.fixture
def table(tmp_path):
    """Return a copy of the table that a test may change."""
    copy = tmp_path / "taxonomy.csv"
    copy.write_bytes(TAXONOMY_FILE.read_bytes())
    return copy


@pytest.mark.usefixtures("_wordnet")
def test_table_agrees_with_wordnet():
    call_command("build_taxonomy", check=True)


@pytest.mark.usefixtures("_wordnet")
def test_check_fails_if_the_structure_of_the_table_differs(table):
    content = table.read_text(encoding="utf-8")
    assert "n02120997" in content
    table.write_text(content.replace("n02120997", "n02075296", 1), encoding="utf-8")
    with pytest.raises(CommandError, match="differs from WordNet"):
        call_command("build_taxonomy", file=table, check=True)


@pytest.mark.usefixtures("_wordnet")
def test_build_keeps_a_reviewed_name(table):
    content = table.read_text(encoding="utf-8").replace("polar bear", "white bear")
    table.write_text(content, encoding="utf-8")
    call_command("build_taxonomy", file=table)
    assert table.read_text(encoding="utf-8") == content


@pytest.mark.usefixtures("_wordnet")
def test_a_new_group_is_not_speakable_before_its_review(tmp_path):
    table = tmp_path / "taxonomy.csv"
    call_command("build_taxonomy", file=table)
    assert "n00015388,animal,,no,animal,,\n" in table.read_text(encoding="utf-8")


def test_names_the_package_to_install_if_wordnet_is_missing(tmp_path):
    with pytest.raises(CommandError, match="apt-get install wordnet-base"):
        call_command("build_taxonomy", wordnet=tmp_path)
