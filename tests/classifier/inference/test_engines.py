"""LiteRT and Keras say the same of real photos."""

import numpy as np
import pytest
from django.conf import settings

from classifier.imaging import decoding
from classifier.imaging.crops import Views
from classifier.inference.litert import LiteRTEngine
from classifier.inference.model import load_model
from classifier.modelbuild.build import PARITY_LIMIT, ParityError, check_agreement, check_parity
from classifier.prediction import service
from classifier.prediction.result import VerdictKind
from classifier.prediction.service import ClassifyOptions
from classifier.vocabulary.labels import labels


@pytest.fixture(scope="module")
def model():
    return load_model(settings.MODEL_DIR, "litert")


@pytest.fixture(scope="module")
def litert(model):
    return model.make_engine()


@pytest.fixture(scope="module")
def int8():
    return load_model(settings.MODEL_DIR, "litert", "int8").make_engine()


@pytest.fixture(scope="module")
def tensorflow():
    return load_model(settings.MODEL_DIR, "tensorflow").make_engine()


@pytest.mark.parametrize("name", ["chelsea.png", "coffee.png", "rocket.jpg", "astronaut.png", "horse.png"])
def test_both_engines_agree_on_a_real_photo(litert, tensorflow, photos, name):
    squares = decoding.squares(decoding.decode((photos / name).read_bytes()), Views.BEST)
    ours, reference = (engine.predict(squares, with_features=True) for engine in (litert, tensorflow))
    assert np.abs(ours.probabilities - reference.probabilities).max() < PARITY_LIMIT
    assert np.abs(ours.features - reference.features).max() < 1e-3


@pytest.mark.parametrize(("name", "best"), [("chelsea.png", "Egyptian_cat"), ("coffee.png", "espresso")])
def test_int8_says_the_same_of_a_clear_photo_and_still_explains_it(int8, litert, photos, name, best):
    squares = decoding.squares(decoding.decode((photos / name).read_bytes()), Views.BEST)
    ours, reference = (engine.predict(squares, with_features=True) for engine in (int8, litert))
    assert labels()[ours.probabilities.mean(axis=0).argmax()].label == best
    assert ours.probabilities.sum(axis=1) == pytest.approx(1, abs=1e-4)
    assert np.corrcoef(ours.features.ravel(), reference.features.ravel())[0, 1] > 0.95


def test_an_int8_model_that_is_far_from_float32_fails_the_build(photos, litert, monkeypatch):
    model = (settings.MODEL_DIR / "model.tflite").read_bytes()
    calibration = [(photos / "chelsea.png").read_bytes()]
    monkeypatch.setattr("classifier.modelbuild.build.SQUARES", 2)
    assert check_agreement(model, model, calibration)["mean_distance"] == 0
    nan = litert.predict(np.zeros((2, 224, 224, 3), np.uint8))
    nan.probabilities[:] = np.nan
    monkeypatch.setattr(LiteRTEngine, "predict", lambda *_: nan)
    with pytest.raises(ParityError, match="int8 is too far"):
        check_agreement(model, model, calibration)


def test_features_come_only_when_asked_for(litert, tensorflow):
    blank = np.zeros((2, 224, 224, 3), np.uint8)
    for engine in (litert, tensorflow):
        prediction = engine.predict(blank)
        assert (prediction.probabilities.shape, prediction.features.shape) == ((2, 1000), (0, 7, 7, 1280))
        assert engine.predict(blank, with_features=True).features.shape == (2, 7, 7, 1280)


def test_probabilities_are_a_softmax_taken_once(litert):
    probabilities = litert.predict(np.full((1, 224, 224, 3), 128, np.uint8)).probabilities
    assert probabilities.sum() == pytest.approx(1, abs=1e-4)
    assert probabilities.min() >= 0


def test_a_file_that_is_no_such_model_is_refused():
    with pytest.raises(ValueError, match="not a valid Flatbuffer"):
        LiteRTEngine(b"TFL3 nonsense")


def test_an_export_that_differs_fails_the_build(photos, litert, monkeypatch):
    model = (settings.MODEL_DIR / "model.tflite").read_bytes()
    monkeypatch.setattr("classifier.modelbuild.build.PARITY_LIMIT", 1e-9)
    with pytest.raises(ParityError, match="differs from Keras"):
        check_parity(model, settings.MODEL_DIR / "weights.h5", photos)


def test_an_export_of_nan_fails_the_build(photos, litert, monkeypatch):
    nan = litert.predict(np.zeros((3, 224, 224, 3), np.uint8))
    nan.probabilities[:] = np.nan
    monkeypatch.setattr(LiteRTEngine, "predict", lambda *_: nan)
    with pytest.raises(ParityError):
        check_parity((settings.MODEL_DIR / "model.tflite").read_bytes(), settings.MODEL_DIR / "weights.h5", photos)


@pytest.mark.parametrize(
    ("name", "best", "score", "kind"),
    [
        ("chelsea.png", "Egyptian_cat", 0.47, VerdictKind.GROUP),
        ("coffee.png", "espresso", 0.88, VerdictKind.NONE),
        ("rocket.jpg", "missile", 0.37, VerdictKind.NONE),
    ],
)
def test_it_answers_real_photos(model, photos, name, best, score, kind):
    answer = service.classify_image(model, model.make_engine(), (photos / name).read_bytes(), ClassifyOptions())
    assert answer.predictions[0].label == best
    assert answer.predictions[0].score == pytest.approx(score, abs=0.05)
    assert answer.verdict.kind is kind
