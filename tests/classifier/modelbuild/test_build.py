"""Tests that a build fails if the converted model differs from Keras, or int8 from float32."""

import json

import numpy as np
import pytest
from django.conf import settings

from classifier.inference.artifact import CARD_FILE, MODEL_FILES
from classifier.inference.litert import LiteRTEngine

pytestmark = pytest.mark.process


@pytest.fixture(scope="module")
def build():
    """Return the module ``build``. Its import starts TensorFlow, so it is not imported with this file."""
    from classifier.modelbuild import build

    return build


@pytest.fixture(scope="module")
def float32() -> bytes:
    return (settings.MODEL_DIR / MODEL_FILES["float32"]).read_bytes()


@pytest.fixture
def nan_output(monkeypatch, litert_engine) -> None:
    """Let LiteRT return NaN."""

    def predict(engine, squares, *, with_features=False):
        output = original(engine, squares, with_features=with_features)
        output.probabilities[:] = np.nan
        return output

    original = LiteRTEngine.predict
    monkeypatch.setattr(LiteRTEngine, "predict", predict)


def test_built_model_is_equal_to_keras_on_all_photos(build, float32, keras_engine, photos):
    differences = build.compare_with_keras(float32, keras_engine, photos)
    assert set(differences) == {path.name for path in photos.iterdir()}
    assert max(differences.values()) < build.MAX_DIFFERENCE


def test_build_fails_if_the_model_differs_from_keras(build, float32, keras_engine, photos, monkeypatch):
    monkeypatch.setattr(build, "MAX_DIFFERENCE", 1e-9)
    with pytest.raises(build.ModelMismatchError, match="differs from Keras"):
        build.compare_with_keras(float32, keras_engine, photos)


@pytest.mark.usefixtures("nan_output")
def test_build_fails_if_the_model_returns_nan(build, float32, keras_engine, photos):
    with pytest.raises(build.ModelMismatchError, match="differs from Keras"):
        build.compare_with_keras(float32, keras_engine, photos)


def test_build_fails_without_photos_to_compare_on(build, float32, keras_engine, tmp_path):
    with pytest.raises(build.ModelMismatchError, match="contains no photos"):
        build.compare_with_keras(float32, keras_engine, tmp_path)


def test_a_model_agrees_with_itself(build, float32, chelsea, monkeypatch):
    monkeypatch.setattr(build, "SQUARES", 2)
    assert build.check_int8(float32, float32, [chelsea]) == {"squares": 2, "same_best": 1, "mean_distance": 0}


@pytest.mark.usefixtures("nan_output")
def test_build_fails_if_int8_differs_too_much_from_float32(build, float32, chelsea, monkeypatch):
    monkeypatch.setattr(build, "SQUARES", 2)
    with pytest.raises(build.ModelMismatchError, match="int8 model differs too much"):
        build.check_int8(float32, float32, [chelsea])


def test_card_states_an_agreement_of_int8_within_the_limits():
    from classifier.modelbuild.quantize import is_close_enough

    card = json.loads((settings.MODEL_DIR / CARD_FILE).read_text())
    assert is_close_enough(card["int8"]["agreement_with_float32"])


def test_a_failed_build_leaves_the_previous_artefact_and_no_other_file(build, chelsea, tmp_path, monkeypatch):
    def fail(*_, **__):
        raise build.ModelMismatchError("too far")

    directory = tmp_path / "model"
    directory.mkdir()
    (directory / "previous").touch()
    monkeypatch.setattr(build, "reference_model", fail)
    with pytest.raises(build.ModelMismatchError):
        build.build(build.Weights(b"weights", "test"), tmp_path, [chelsea], directory)
    assert [path.name for path in tmp_path.rglob("*")] == ["model", "previous"]
