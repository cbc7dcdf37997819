"""A damaged or half-written model is refused in words."""

import json
import shutil

import pytest
from django.conf import settings

from classifier.inference import artifact
from classifier.inference.artifact import CARD_FILE, MODEL_FILES, WEIGHTS_FILE, ArtifactError
from classifier.modelbuild.quantize import is_close
from classifier.modelbuild.weights import WEIGHTS_SHA256


@pytest.fixture
def built(tmp_path):
    """A copy of the real artefact, to be damaged."""
    return shutil.copytree(settings.MODEL_DIR, tmp_path / "model")


def refusal(directory) -> str:
    with pytest.raises(ArtifactError) as error:
        artifact.load(directory)
    return str(error.value)


def test_the_real_one_loads(built):
    found = artifact.load(built)
    assert (found.name, found.weights_sha256) == ("MobileNetV2", WEIGHTS_SHA256)
    assert artifact.sha256(found.content).startswith(found.version)


def test_its_parity_with_keras_is_on_record(built):
    parity = json.loads((built / CARD_FILE).read_text())["parity"]
    assert len(parity["max_abs_difference"]) >= 5
    assert max(parity["max_abs_difference"].values()) < parity["limit"] == 1e-4


def test_a_missing_one_says_how_to_build_it(tmp_path):
    assert "make model" in refusal(tmp_path)


def test_a_flipped_bit_is_noticed(built):
    content = bytearray((built / MODEL_FILES["float32"]).read_bytes())
    content[len(content) // 2] ^= 1
    (built / MODEL_FILES["float32"]).write_bytes(content)
    assert "is damaged" in refusal(built)


def test_a_cut_off_file_is_noticed(built):
    (built / MODEL_FILES["float32"]).write_bytes((built / MODEL_FILES["float32"]).read_bytes()[:1000])
    assert "is damaged" in refusal(built)


@pytest.mark.parametrize("card", ["", "{", "[]", "{}", '{"sha256": 1}'])
def test_a_half_written_card_is_noticed(built, card):
    (built / CARD_FILE).write_text(card)
    assert "Build it again" in refusal(built)


def test_a_model_of_other_labels_is_refused(built):
    card = json.loads((built / CARD_FILE).read_text()) | {"labels_sha256": "0"}
    (built / CARD_FILE).write_text(json.dumps(card))
    assert "other labels" in refusal(built)


def test_damaged_weights_are_noticed(built):
    (built / WEIGHTS_FILE).write_bytes(b"")
    with pytest.raises(ArtifactError, match="is damaged"):
        artifact.load_weights(built)


def test_int8_is_an_artefact_of_its_own_and_its_agreement_is_on_record(built):
    card = json.loads((built / CARD_FILE).read_text())["int8"]
    assert artifact.load(built, "int8").version == card["version"] != artifact.load(built).version
    assert is_close(card["agreement_with_float32"])


def test_without_int8_nothing_is_built(built):
    (built / MODEL_FILES["int8"]).unlink()
    assert artifact.load(built).name == "MobileNetV2"
    assert not artifact.is_built(built, WEIGHTS_SHA256)


def test_only_a_whole_artefact_of_the_same_weights_counts_as_built(built):
    assert artifact.is_built(built, WEIGHTS_SHA256)
    assert not artifact.is_built(built, "0" * 64)
    (built / MODEL_FILES["float32"]).unlink()
    assert not artifact.is_built(built, WEIGHTS_SHA256)
