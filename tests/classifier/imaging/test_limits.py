"""Tests that pictures beyond a limit and damaged files raise ``ImageError`` with the right code, and no other error."""

import struct

import numpy as np
import pytest
from PIL import Image, ImageFile, PngImagePlugin

from classifier.errors import SENTENCES, ImageError
from classifier.imaging import decoding, limits
from classifier.imaging.crops import Views
from tests.classifier.photos import encoded, looks_like, png, scene, tiff, with_claimed_size

# decoding.py ignores Pillow's warnings about damaged metadata; pytest resets the filter.
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:PIL")

CODES = {code for code in SENTENCES if code.startswith("image.")}


def error_code(data: bytes) -> str:
    with pytest.raises(ImageError) as raised:
        decoding.decode(data)
    return raised.value.code


def test_rejects_an_empty_file():
    assert error_code(b"") == "image.empty"


def test_rejects_a_file_of_more_than_10_mb():
    assert error_code(encoded(scene()).ljust(limits.MAX_BYTES + 1, b"\0")) == "image.too_large"


def test_decodes_a_file_of_exactly_10_mb():
    assert looks_like(decoding.decode(encoded(scene()).ljust(limits.MAX_BYTES, b"\0")), scene())


@pytest.fixture
def _forbid_decoding(monkeypatch):
    def fail(*_):
        pytest.fail("pixels were decoded")

    monkeypatch.setattr(ImageFile.ImageFile, "load", fail)
    monkeypatch.setattr(PngImagePlugin.PngImageFile, "load_prepare", fail)


@pytest.mark.usefixtures("_forbid_decoding")
@pytest.mark.parametrize("size", [(20_000, 10_000), (7100, 7100), (12_000, 6000), (50_000_001, 1), (2**31, 2**31)])
def test_rejects_a_png_with_too_many_pixels_by_its_header(size):
    assert error_code(png(*size)) == "image.too_many_pixels"


@pytest.mark.usefixtures("_forbid_decoding")
@pytest.mark.parametrize("side", [7100, 16_000])
@pytest.mark.parametrize("format_name", ["JPEG", "GIF", "BMP", "WebP", "AVIF", "HEIC"])
def test_rejects_every_format_with_too_many_pixels_by_its_header(format_name, side):
    small = encoded(Image.new("RGB", (64, 64)), format_name)
    assert error_code(with_claimed_size(small, format_name, side)) == "image.too_many_pixels"


@pytest.mark.usefixtures("_forbid_decoding")
@pytest.mark.parametrize("tags", [{256: 9000, 257: 9000}, {322: 40_000, 323: 40_000, 324: 512, 325: 1}])
def test_rejects_a_tiff_with_too_many_pixels_in_the_picture_or_in_a_tile(tags):
    assert error_code(tiff(b"\0", 1, 1, 8, tags=tags)) == "image.too_many_pixels"


def test_a_png_with_50_megapixels_passes_the_header_check():
    assert error_code(png(10_000, 5000)) == "image.truncated"


@pytest.mark.parametrize("size", [(0, 0), (0, 10), (10, 0)])
def test_rejects_a_picture_without_pixels(size):
    assert error_code(png(*size)) == "image.unreadable"


@pytest.mark.parametrize("data", [b"\0", b"GIF", b"hello", b"\xff" * 99, np.random.default_rng(1).bytes(5000)])
def test_rejects_bytes_that_are_not_a_picture(data):
    assert error_code(data) == "image.unreadable"


def test_rejects_a_format_that_pillow_knows_but_the_server_does_not_accept():
    assert error_code(encoded(scene(), "PPM")) == "image.unreadable"


@pytest.mark.parametrize("fraction", [0.05, 0.4, 0.9])
@pytest.mark.parametrize("format_name", limits.FORMATS)
def test_a_cut_off_file_of_every_format_is_truncated(format_name, fraction):
    data = encoded(scene(), format_name)
    assert error_code(data[: int(len(data) * fraction)]) == "image.truncated"


@pytest.mark.parametrize("compression", ["tiff_lzw", "tiff_adobe_deflate", "jpeg"])
def test_a_compressed_tiff_that_is_cut_off_before_its_directory_is_truncated(compression):
    data = encoded(scene(), "TIFF", compression=compression)
    start = struct.unpack("<I", data[4:8])[0]
    assert error_code(data[:start]) == "image.truncated"


def test_a_compressed_tiff_with_a_cut_off_strip_is_truncated():
    lzw = encoded(scene(200, 200), "TIFF", compression="tiff_lzw")
    assert error_code(tiff(lzw[8:300], 200, 200, 8, tags={259: 5, 279: 5000})) == "image.truncated"


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("format_name", limits.FORMATS)
def test_damaged_files_are_decoded_or_raise_an_image_error(format_name, seed):
    intact = encoded(scene(40, 30), format_name)
    random = np.random.default_rng(seed)
    assert {outcome(damaged(intact, random)) for _ in range(100)} <= {"decoded", *CODES}


def outcome(data: bytes) -> str:
    """Return the error code, or ``decoded`` if the file gives one square of pixels."""
    try:
        squares = decoding.squares(decoding.decode(data), Views.FAST)
    except ImageError as error:
        return error.code
    return "decoded" if squares.shape == (1, 224, 224, 3) else f"squares of shape {squares.shape}"


def damaged(intact: bytes, random: np.random.Generator) -> bytes:
    """Return the file with up to 11 wrong bytes, mostly in the header; every second file is also cut off."""
    end = len(intact) if random.random() < 0.5 else int(random.integers(1, len(intact)))
    data = bytearray(intact[:end])
    for _ in range(random.integers(12)):
        data[random.integers(min(len(data), random.choice([64, 600, 10_000])))] = random.integers(256)
    return bytes(data)


def test_rejects_a_jpeg_with_thousands_of_scans_before_decoding_it():
    """Each scan is decoded over all pixels: 49 megapixels in 230 kB kept one core busy for 17 s."""
    intact = encoded(Image.new("RGB", (64, 64)), progressive=True)
    last_scan = intact.rindex(b"\xff\xda")
    assert error_code(intact[:last_scan] + intact[last_scan:-2] * 100 + intact[-2:]) == "image.unreadable"
    assert decoding.decode(intact).format == "JPEG"


@pytest.mark.usefixtures("_forbid_decoding")
def test_rejects_a_picture_of_32_bit_numbers_with_more_than_16_megapixels():
    assert error_code(tiff(b"\0", 4000, 4001, 32, tags={339: 3})) == "image.too_many_pixels"
