"""Tests that the artefact is verified: a damaged or incomplete one is rejected with a hint."""

import json
import shutil

import numpy as np
import pytest
from django.conf import settings

from classifier.inference import artifact
from classifier.inference.artifact import CARD_FILE, HEAD_FILE, MODEL_FILES, WEIGHTS_FILE, ArtifactError
from classifier.modelbuild.weights import WEIGHTS_SHA256


@pytest.fixture
def built(tmp_path):
    """Return a copy of the built artefact that a test may damage."""
    return shutil.copytree(settings.MODEL_DIR, tmp_path / "model")


def load_error(directory) -> str:
    with pytest.raises(ArtifactError) as raised:
        artifact.load(directory)
    return str(raised.value)


def test_loads_the_built_artefact(built):
    loaded = artifact.load(built)
    assert (loaded.name, loaded.weights_sha256) == ("MobileNetV2", WEIGHTS_SHA256)
    assert artifact.sha256(loaded.content).startswith(loaded.version)
    assert (loaded.head.shape, loaded.head.dtype) == ((1280, 1000), np.dtype(np.float32))


def test_card_states_the_difference_from_keras_for_each_photo(built):
    parity = json.loads((built / CARD_FILE).read_text())["parity"]
    assert len(parity["max_abs_difference"]) >= 5
    assert max(parity["max_abs_difference"].values()) < parity["limit"] == 1e-4


def test_error_for_a_missing_artefact_names_the_build_command(tmp_path):
    assert "make model" in load_error(tmp_path)


def test_rejects_a_model_file_with_a_flipped_bit(built):
    content = bytearray((built / MODEL_FILES["float32"]).read_bytes())
    content[len(content) // 2] ^= 1
    (built / MODEL_FILES["float32"]).write_bytes(content)
    assert "is damaged" in load_error(built)


@pytest.mark.parametrize("name", [MODEL_FILES["float32"], HEAD_FILE])
def test_rejects_a_file_that_is_cut_off(built, name):
    (built / name).write_bytes((built / name).read_bytes()[:1000])
    assert f"{name} is damaged" in load_error(built)


@pytest.mark.parametrize("card", ["", "{", "[]", "{}", '{"sha256": 1}'])
def test_rejects_an_incomplete_card(built, card):
    (built / CARD_FILE).write_text(card)
    assert "Build it again" in load_error(built)


def test_rejects_a_model_that_was_built_for_other_labels(built):
    card = json.loads((built / CARD_FILE).read_text()) | {"labels_sha256": "0"}
    (built / CARD_FILE).write_text(json.dumps(card))
    assert "other labels" in load_error(built)


def test_rejects_damaged_weights(built):
    (built / WEIGHTS_FILE).write_bytes(b"")
    with pytest.raises(ArtifactError, match="is damaged"):
        artifact.verify_weights(built)


def test_int8_model_has_its_own_version(built):
    card = json.loads((built / CARD_FILE).read_text())["int8"]
    assert artifact.load(built, "int8").version == card["version"] != artifact.load(built).version


def test_an_artefact_without_int8_loads_in_float32_but_does_not_count_as_built(built):
    (built / MODEL_FILES["int8"]).unlink()
    assert artifact.load(built).name == "MobileNetV2"
    assert not artifact.is_built(built, WEIGHTS_SHA256)


def test_only_a_complete_artefact_of_the_same_weights_counts_as_built(built):
    assert artifact.is_built(built, WEIGHTS_SHA256)
    assert not artifact.is_built(built, "0" * 64)
    (built / MODEL_FILES["float32"]).unlink()
    assert not artifact.is_built(built, WEIGHTS_SHA256)
