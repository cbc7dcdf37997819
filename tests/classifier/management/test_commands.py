"""Tests of ``manage.py classify`` and ``manage.py build_model``."""

import io
import json

import pytest
from django.core.management import CommandError, call_command


def run_command(*command, **options) -> str:
    """Run a command and return its output."""
    output = io.StringIO()
    call_command(*command, stdout=output, **options)
    return output.getvalue()


def test_classify_prints_one_line_with_the_verdict_of_a_file(photos):
    lines = run_command("classify", photos / "coffee.png").splitlines()
    assert len(lines) == 1
    assert "No animal here. It looks most like an espresso." in lines[0]


def test_classify_searches_subfolders_and_prints_an_error_code_for_a_file_that_is_no_picture(photos, tmp_path):
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "chelsea.png").write_bytes((photos / "chelsea.png").read_bytes())
    (tmp_path / "notes.txt").write_text("no picture")
    results = [json.loads(line) for line in run_command("classify", tmp_path, json=True).splitlines()]
    assert [result.get("code") for result in results] == [None, "image.unreadable"]
    assert results[0]["predictions"][0]["label"] == "Egyptian_cat"


def test_classify_prints_an_error_code_for_a_missing_file(tmp_path):
    assert "[image.unreadable]" in run_command("classify", tmp_path / "nothing.jpg")


def test_classify_uses_the_fast_views_on_request(photos):
    assert json.loads(run_command("classify", photos / "chelsea.png", "--views", "fast", "--json"))["views"] == "fast"


def test_classify_rejects_unknown_views(photos):
    with pytest.raises(CommandError, match="views"):
        run_command("classify", str(photos), "--views", "good")


def test_build_model_verifies_a_complete_model_and_builds_nothing():
    output = run_command("build_model")
    assert "verified" in output
    assert "Building" not in output


def test_build_model_rejects_weights_that_are_not_the_official_ones(tmp_path):
    (tmp_path / "weights.h5").write_bytes(b"other")
    with pytest.raises(CommandError, match="not the official weights"):
        run_command("build_model", "--force", "--weights", str(tmp_path / "weights.h5"))
