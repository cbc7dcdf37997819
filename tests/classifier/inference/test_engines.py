"""Tests that the engines agree with each other on real photos."""

import numpy as np
import pytest

from classifier.imaging import decoding
from classifier.imaging.crops import Views
from classifier.inference.litert import LiteRTEngine
from classifier.prediction import service
from classifier.prediction.result import VerdictKind
from classifier.prediction.service import ClassifyOptions
from classifier.vocabulary.labels import labels


def squares_of(path):
    return decoding.squares(decoding.decode(path.read_bytes()), Views.BEST)


@pytest.mark.process
@pytest.mark.parametrize("name", ["chelsea.png", "coffee.png", "rocket.jpg", "astronaut.png", "horse.png"])
def test_litert_and_keras_agree_on_a_real_photo(litert_engine, keras_engine, photos, name):
    squares = squares_of(photos / name)
    litert, keras = (engine.predict(squares, with_features=True) for engine in (litert_engine, keras_engine))
    assert np.abs(litert.probabilities - keras.probabilities).max() < 1e-4
    assert np.abs(litert.features - keras.features).max() < 1e-3


@pytest.mark.parametrize(("name", "best_label"), [("chelsea.png", "Egyptian_cat"), ("coffee.png", "espresso")])
def test_int8_agrees_with_float32_on_a_clear_photo(int8_engine, litert_engine, photos, name, best_label):
    squares = squares_of(photos / name)
    int8, float32 = (engine.predict(squares, with_features=True) for engine in (int8_engine, litert_engine))
    assert labels()[int8.probabilities.mean(axis=0).argmax()].label == best_label
    assert int8.probabilities.sum(axis=1) == pytest.approx(1, abs=1e-4)
    assert np.corrcoef(int8.features.ravel(), float32.features.ravel())[0, 1] > 0.95


@pytest.mark.parametrize("fixture", ["litert_engine", pytest.param("keras_engine", marks=pytest.mark.process)])
def test_engine_returns_features_only_on_request(request, fixture):
    engine, blank = request.getfixturevalue(fixture), np.zeros((2, 224, 224, 3), np.uint8)
    output = engine.predict(blank)
    assert (output.probabilities.shape, output.features.shape) == ((2, 1000), (0, 7, 7, 1280))
    assert engine.predict(blank, with_features=True).features.shape == (2, 7, 7, 1280)


def test_probabilities_are_a_softmax(litert_engine):
    probabilities = litert_engine.predict(np.full((1, 224, 224, 3), 128, np.uint8)).probabilities
    assert probabilities.sum() == pytest.approx(1, abs=1e-4)
    assert probabilities.min() >= 0


def test_litert_rejects_a_file_that_is_not_a_model():
    with pytest.raises(ValueError, match="not a valid Flatbuffer"):
        LiteRTEngine(b"TFL3 nonsense")


@pytest.mark.parametrize(
    ("name", "best_label", "score", "kind"),
    [
        ("chelsea.png", "Egyptian_cat", 0.47, VerdictKind.GROUP),
        ("coffee.png", "espresso", 0.88, VerdictKind.NONE),
        ("rocket.jpg", "missile", 0.37, VerdictKind.NONE),
    ],
)
def test_model_classifies_real_photos(litert_model, litert_engine, photos, name, best_label, score, kind):
    result = service.classify_image(litert_model, litert_engine, (photos / name).read_bytes(), ClassifyOptions())
    assert result.predictions[0].label == best_label
    assert result.predictions[0].score == pytest.approx(score, abs=0.05)
    assert result.verdict.kind is kind
