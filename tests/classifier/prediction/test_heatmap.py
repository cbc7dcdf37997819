"""Heatmaps equal the arithmetic of the model and point at the animal."""

import h5py
import numpy as np
import pytest
from django.conf import settings

from classifier.imaging import crops, decoding
from classifier.imaging.crops import Box, Views
from classifier.inference.artifact import WEIGHTS_FILE
from classifier.inference.engine import ModelOutput
from classifier.prediction import heatmap, service
from classifier.prediction.result import VERDICT_MAP
from classifier.prediction.service import ClassifyOptions

#: Left, upper, right, lower, as fractions of chelsea.png.
CHELSEA_FACE = (0.27, 0.13, 0.75, 0.92)


@pytest.fixture(scope="module")
def bias() -> np.ndarray:
    """Return the last layer's bias (1000,), from the official weights."""
    with h5py.File(settings.MODEL_DIR / WEIGHTS_FILE) as file:
        biases: list[np.ndarray] = []
        file.visititems(lambda name, item: biases.append(item[:]) if "Logits/Logits/bias" in name else None)
    return biases[0]


def peak(explained, key: str = VERDICT_MAP) -> tuple[float, float]:
    """Return the position of the maximum as fractions of the photo."""
    row, column = divmod(int(np.argmax(explained.maps[key])), 7)
    x, y, width, height = explained.view_box
    return x + (column + 0.5) / 7 * width, y + (row + 0.5) / 7 * height


def test_the_mean_of_a_map_plus_the_bias_is_the_logit_of_its_class(litert_model, litert_engine, bias, photos):
    squares = decoding.squares(decoding.decode((photos / "chelsea.png").read_bytes()), Views.FAST)
    prediction = litert_engine.predict(squares, with_features=True)
    logits = (prediction.features[0] @ litert_model.artifact.head).mean(axis=(0, 1)) + bias
    softmax = np.exp(logits - logits.max()) / np.exp(logits - logits.max()).sum()
    assert np.abs(softmax - prediction.probabilities[0]).max() < 1e-5


def test_the_map_of_the_cat_is_highest_on_its_face(litert_model, litert_engine, photos):
    answer = service.classify_image(
        litert_model, litert_engine, (photos / "chelsea.png").read_bytes(), ClassifyOptions(explain=True)
    )
    x, y = peak(answer.heatmap)
    left, upper, right, lower = CHELSEA_FACE
    assert left < x < right
    assert upper < y < lower


def test_maps_are_computed_for_the_verdict_and_each_top_class(litert_model, litert_engine, photos):
    options = ClassifyOptions(explain=True, top=3)
    answer = service.classify_image(litert_model, litert_engine, (photos / "chelsea.png").read_bytes(), options)
    assert answer.heatmap is not None
    assert set(answer.heatmap.maps) == {"verdict", *(str(scored.index) for scored in answer.predictions)}
    assert {len(values) for values in answer.heatmap.maps.values()} == {49}


@pytest.mark.parametrize("name", ["coffee.png", "astronaut.png", "horse.png"])
def test_every_kind_of_verdict_has_a_map(litert_model, litert_engine, photos, name):
    options = ClassifyOptions(Views.FAST, explain=True, classes=(335,))
    answer = service.classify_image(litert_model, litert_engine, (photos / name).read_bytes(), options)
    assert answer.heatmap is not None
    assert set(answer.heatmap.maps) == {"verdict", "335"}


def test_the_view_box_is_the_square_that_scored_highest():
    probabilities, features = np.zeros((3, 1000), np.float32), np.zeros((3, 7, 7, 1280), np.float32)
    probabilities[:, 285] = (0.2, 0.1, 0.9)
    boxes = crops.boxes(300, 100, Views.BEST)
    head = np.ones((1280, 1000), np.float32)
    explained = heatmap.explain(
        ModelOutput(probabilities, features), head, boxes, (300, 100), verdict=[285], classes=[]
    )
    assert explained.view_box == (0.66667, 0.0, 0.33333, 1.0)


def test_the_map_of_a_group_weights_its_classes_by_their_probability():
    probabilities, features = np.zeros((1, 1000), np.float32), np.ones((1, 7, 7, 1280), np.float32)
    probabilities[0, [281, 285]] = (0.2, 0.6)
    head = np.zeros((1280, 1000), np.float32)
    head[0, [281, 285]] = (4.0, 8.0)
    box = Box(0, 0, 10, 10)
    explained = heatmap.explain(
        ModelOutput(probabilities, features), head, [box], (10, 10), verdict=[281, 285], classes=[281]
    )
    assert set(explained.maps["verdict"]) == {7.0}
    assert set(explained.maps["281"]) == {4.0}
