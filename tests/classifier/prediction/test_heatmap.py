"""The maps are the model's own arithmetic, and they point at the animal."""

import h5py
import numpy as np
import pytest
from django.conf import settings

from classifier.imaging import crops, decoding
from classifier.imaging.crops import Box, Views
from classifier.inference.artifact import WEIGHTS_FILE
from classifier.inference.engine import ModelOutput
from classifier.inference.model import load_model
from classifier.prediction import heatmap, service
from classifier.prediction.result import VERDICT_MAP
from classifier.prediction.service import ClassifyOptions

CHELSEA_FACE = (0.27, 0.13, 0.75, 0.92)  #: left, upper, right, lower, as fractions of chelsea.png


@pytest.fixture(scope="module")
def model():
    return load_model(settings.MODEL_DIR, "litert")


@pytest.fixture(scope="module")
def bias() -> np.ndarray:
    """The last layer's bias (1000,), from the official weights."""
    with h5py.File(settings.MODEL_DIR / WEIGHTS_FILE) as file:
        found: list[np.ndarray] = []
        file.visititems(lambda name, item: found.append(item[:]) if "Logits/Logits/bias" in name else None)
    return found[0]


def peak(shown, key: str = VERDICT_MAP) -> tuple[float, float]:
    """Where a map is highest, as fractions of the photo."""
    row, column = divmod(int(np.argmax(shown.maps[key])), 7)
    x, y, width, height = shown.view_box
    return x + (column + 0.5) / 7 * width, y + (row + 0.5) / 7 * height


def test_a_map_averages_to_its_logit(model, bias, photos):
    squares = decoding.squares(decoding.decode((photos / "chelsea.png").read_bytes()), Views.FAST)
    prediction = model.make_engine().predict(squares, with_features=True)
    logits = (prediction.features[0] @ model.artifact.head).mean(axis=(0, 1)) + bias
    softmax = np.exp(logits - logits.max()) / np.exp(logits - logits.max()).sum()
    assert np.abs(softmax - prediction.probabilities[0]).max() < 1e-5


def test_the_cats_face_spoke_for_the_cat(model, photos):
    answer = service.classify_image(
        model, model.make_engine(), (photos / "chelsea.png").read_bytes(), ClassifyOptions(explain=True)
    )
    x, y = peak(answer.heatmap)
    left, upper, right, lower = CHELSEA_FACE
    assert left < x < right
    assert upper < y < lower


def test_there_is_a_map_of_the_verdict_and_of_each_of_the_best(model, photos):
    wish = ClassifyOptions(explain=True, top=3)
    answer = service.classify_image(model, model.make_engine(), (photos / "chelsea.png").read_bytes(), wish)
    assert answer.heatmap is not None
    assert set(answer.heatmap.maps) == {"verdict", *(str(scored.index) for scored in answer.predictions)}
    assert {len(values) for values in answer.heatmap.maps.values()} == {49}


@pytest.mark.parametrize("name", ["coffee.png", "astronaut.png", "horse.png"])
def test_an_answer_of_any_kind_can_be_explained(model, photos, name):
    wish = ClassifyOptions(Views.FAST, explain=True, classes=(335,))
    answer = service.classify_image(model, model.make_engine(), (photos / name).read_bytes(), wish)
    assert answer.heatmap is not None
    assert set(answer.heatmap.maps) == {"verdict", "335"}


def test_the_view_that_decided_is_shown_in_its_place():
    probabilities, features = np.zeros((3, 1000), np.float32), np.zeros((3, 7, 7, 1280), np.float32)
    probabilities[:, 285] = (0.2, 0.1, 0.9)
    boxes = crops.boxes(300, 100, Views.BEST)
    head = np.ones((1280, 1000), np.float32)
    shown = heatmap.explain(ModelOutput(probabilities, features), head, boxes, (300, 100), verdict=[285], classes=[])
    assert shown.view_box == (0.66667, 0.0, 0.33333, 1.0)


def test_a_group_is_the_sum_of_its_classes_by_their_share():
    probabilities, features = np.zeros((1, 1000), np.float32), np.ones((1, 7, 7, 1280), np.float32)
    probabilities[0, [281, 285]] = (0.2, 0.6)
    head = np.zeros((1280, 1000), np.float32)
    head[0, [281, 285]] = (4.0, 8.0)
    box = Box(0, 0, 10, 10)
    shown = heatmap.explain(
        ModelOutput(probabilities, features), head, [box], (10, 10), verdict=[281, 285], classes=[281]
    )
    assert set(shown.maps["verdict"]) == {7.0}
    assert set(shown.maps["281"]) == {4.0}
