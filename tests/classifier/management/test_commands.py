"""The command line."""

import io
import json

import pytest
from django.core.management import CommandError, call_command


def said(*command, **options) -> str:
    out = io.StringIO()
    call_command(*command, stdout=out, **options)
    return out.getvalue()


def test_classify_says_a_sentence_a_file(photos):
    lines = said("classify", photos / "coffee.png").splitlines()
    assert len(lines) == 1
    assert "No animal here. It looks most like an espresso." in lines[0]


def test_classify_walks_a_folder_and_a_bad_file_is_one_coded_line(photos, tmp_path):
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "chelsea.png").write_bytes((photos / "chelsea.png").read_bytes())
    (tmp_path / "notes.txt").write_text("no picture")
    found = [json.loads(line) for line in said("classify", tmp_path, json=True).splitlines()]
    assert [one.get("code") for one in found] == [None, "image.unreadable"]
    assert found[0]["predictions"][0]["label"] == "Egyptian_cat"


def test_classify_says_when_a_file_is_not_there(tmp_path):
    assert "[image.unreadable]" in said("classify", tmp_path / "nothing.jpg")


def test_classify_takes_fast_views(photos):
    assert json.loads(said("classify", photos / "chelsea.png", "--views", "fast", "--json"))["views"] == "fast"


def test_an_unknown_view_is_refused(photos):
    with pytest.raises(CommandError, match="views"):
        said("classify", str(photos), "--views", "good")


def test_build_model_does_nothing_when_the_model_is_there():
    words = said("build_model")
    assert "verified" in words
    assert "Building" not in words


def test_build_model_refuses_weights_that_are_not_the_official_ones(tmp_path):
    (tmp_path / "w.h5").write_bytes(b"other")
    with pytest.raises(CommandError, match="not the official weights"):
        said("build_model", "--force", "--weights", str(tmp_path / "w.h5"))
