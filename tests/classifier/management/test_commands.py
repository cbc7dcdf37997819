"""Tests of the management commands."""

import io
import json

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command


def run(*command, **options) -> str:
    output = io.StringIO()
    call_command(*command, stdout=output, **options)
    return output.getvalue()


def test_classify_prints_one_sentence_per_file(photos):
    lines = run("classify", photos / "coffee.png").splitlines()
    assert len(lines) == 1
    assert "No animal here. It looks most like an espresso." in lines[0]


def test_classify_searches_a_folder_and_prints_an_unreadable_file_as_one_line_with_its_code(photos, tmp_path):
    (tmp_path / "subfolder").mkdir()
    (tmp_path / "subfolder" / "chelsea.png").write_bytes((photos / "chelsea.png").read_bytes())
    (tmp_path / "notes.txt").write_text("not a picture")
    lines = [json.loads(line) for line in run("classify", tmp_path, json=True).splitlines()]
    assert [(line["path"], line.get("code")) for line in lines] == [
        (str(tmp_path / "notes.txt"), "image.unreadable"),
        (str(tmp_path / "subfolder" / "chelsea.png"), None),
    ]
    assert lines[1]["predictions"][0]["label"] == "Egyptian_cat"


def test_classify_prints_the_code_of_a_missing_file(tmp_path):
    assert "[image.unreadable]" in run("classify", tmp_path / "nothing.jpg")


def test_classify_uses_the_given_views(photos):
    assert json.loads(run("classify", photos / "chelsea.png", "--views", "fast", "--json"))["views"] == "fast"


def test_classify_rejects_unknown_views(photos):
    with pytest.raises(CommandError, match="views"):
        run("classify", str(photos), "--views", "good")


@pytest.mark.django_db
def test_create_staff_prints_a_password_that_works_once():
    words = run("create_staff").split()
    assert User.objects.get(username="admin").check_password(words[words.index("Password:") + 1])
    with pytest.raises(CommandError, match="changepassword admin"):
        run("create_staff")


@pytest.mark.django_db
def test_create_staff_sets_a_given_password_as_often_as_it_is_asked_and_never_prints_it(settings):
    for settings.STAFF_PASSWORD in ("the first of them", "the second"):
        assert settings.STAFF_PASSWORD not in run("create_staff", "--username", "ann")
        user = User.objects.get(username="ann")
        assert (user.check_password(settings.STAFF_PASSWORD), user.is_superuser) == (True, True)


def test_build_model_only_verifies_a_complete_model():
    output = run("build_model")
    assert "verified" in output
    assert "Building" not in output


def test_build_model_rejects_weights_that_are_not_the_official_ones(tmp_path):
    (tmp_path / "w.h5").write_bytes(b"other")
    with pytest.raises(CommandError, match="not the official weights"):
        run("build_model", "--force", "--weights", str(tmp_path / "w.h5"))
