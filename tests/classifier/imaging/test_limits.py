"""What ``classifier.images`` refuses, and that hostile bytes get nothing else out of it."""

import struct
import time
from io import BytesIO

import numpy as np
import pytest
from PIL import Image, ImageFile, PngImagePlugin

from classifier.errors import SENTENCES, ImageError
from classifier.imaging import decoding, limits
from classifier.imaging.crops import Views
from tests.classifier.photos import claiming, encoded, looks_like, png, scene, tiff

# As images.py sets it for the program, and pytest unsets it: Pillow warns of damaged metadata.
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:PIL")

CODES = {code for code in SENTENCES if code.startswith("image.")}


def code(data: bytes) -> str:
    with pytest.raises(ImageError) as caught:
        decoding.decode(data)
    return caught.value.code


def test_an_empty_file_is_empty():
    assert code(b"") == "image.empty"


def test_a_file_over_the_limit_is_refused_unread():
    assert code(encoded(scene()).ljust(limits.MAX_BYTES + 1, b"\0")) == "image.too_large"


def test_a_file_at_the_limit_is_read():
    assert looks_like(decoding.decode(encoded(scene()).ljust(limits.MAX_BYTES, b"\0")), scene())


@pytest.fixture
def _undecoded(monkeypatch):
    def fail(*_):
        pytest.fail("pixels were decoded")

    monkeypatch.setattr(ImageFile.ImageFile, "load", fail)
    monkeypatch.setattr(PngImagePlugin.PngImageFile, "load_prepare", fail)


@pytest.mark.usefixtures("_undecoded")
@pytest.mark.parametrize("size", [(20_000, 10_000), (7100, 7100), (12_000, 6000), (50_000_001, 1), (2**31, 2**31)])
def test_too_many_pixels_are_refused_by_the_header_alone(size):
    began = time.perf_counter()
    assert code(png(*size)) == "image.too_many_pixels"
    assert time.perf_counter() - began < 0.5


@pytest.mark.usefixtures("_undecoded")
@pytest.mark.parametrize("side", [7100, 16_000])
@pytest.mark.parametrize("name", ["JPEG", "GIF", "BMP", "WebP", "AVIF", "HEIC"])
def test_every_format_is_refused_by_its_header(name, side):
    assert code(claiming(encoded(Image.new("RGB", (64, 64)), name), name, side)) == "image.too_many_pixels"


@pytest.mark.usefixtures("_undecoded")
@pytest.mark.parametrize("tags", [{256: 9000, 257: 9000}, {322: 40_000, 323: 40_000, 324: 512, 325: 1}])
def test_a_tiff_is_refused_for_its_size_or_the_size_of_its_tiles(tags):
    assert code(tiff(b"\0", 1, 1, 8, tags=tags)) == "image.too_many_pixels"


def test_fifty_megapixels_are_not_too_many():
    assert code(png(10_000, 5000)) == "image.truncated"


@pytest.mark.parametrize("size", [(0, 0), (0, 10), (10, 0)])
def test_a_picture_without_pixels_is_unreadable(size):
    assert code(png(*size)) == "image.unreadable"


@pytest.mark.parametrize("data", [b"\0", b"GIF", b"hello", b"\xff" * 99, np.random.default_rng(1).bytes(5000)])
def test_what_is_no_picture_is_unreadable(data):
    assert code(data) == "image.unreadable"


def test_a_pillow_format_that_is_not_allowed_is_unreadable():
    assert code(encoded(scene(), "PPM")) == "image.unreadable"


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"%PDF-1.7", "a PDF document"),
        (b'\xef\xbb\xbf<?xml version="1.0"?>\n<svg>', "an SVG drawing"),
        (b"\n<!DOCTYPE html><svg>", "a web page"),
        (b"<note/>", "a text document"),
        (b"8BPS\0\1", "a Photoshop document"),
        (encoded(scene(), "ICO"), "an icon"),
        (encoded(scene(), "JPEG2000"), "a JPEG 2000 picture"),
        (b"\xff\x0a\xfa", "a JPEG XL picture"),
        (b"\0\0\0\x0cJXL \r\n\x87\n", "a JPEG XL picture"),
        (b"\0\0\0\x18ftypcrx ", "a camera raw file"),
        (b"II*\0\x10\0\0\0CR\2\0", "a camera raw file"),
        (tiff(b"\0", 1, 1, 8, tags={50706: 1}), "a camera raw file"),
        (tiff(b"\0", 1, 1, 8, tags={254: 1, 330: 512}), "a camera raw file"),
        (b"\0\0\0\x18ftypqt  ", "a video"),
        (b"PK\3\4", "a ZIP archive or an office document"),
    ],
)
def test_what_we_do_not_read_is_called_by_its_name(data, what):
    with pytest.raises(ImageError, match=f"This is {what}, which we don't read") as caught:
        decoding.decode(data)
    assert caught.value.code == "image.unsupported_format"


@pytest.mark.parametrize("part", [0.05, 0.4, 0.9])
@pytest.mark.parametrize("name", limits.FORMATS)
def test_a_file_cut_off_is_truncated(name, part):
    data = encoded(scene(), name)
    assert code(data[: int(len(data) * part)]) == "image.truncated"


@pytest.mark.parametrize("compression", ["tiff_lzw", "tiff_adobe_deflate", "jpeg"])
def test_a_compressed_tiff_cut_off_is_truncated(compression):
    data = encoded(scene(), "TIFF", compression=compression)
    start = struct.unpack("<I", data[4:8])[0]
    assert code(data[:start]) == "image.truncated"


def test_a_compressed_tiff_whose_strip_is_cut_off_is_truncated():
    lzw = encoded(scene(200, 200), "TIFF", compression="tiff_lzw")
    assert code(tiff(lzw[8:300], 200, 200, 8, tags={259: 5, 279: 5000})) == "image.truncated"


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("name", limits.FORMATS)
def test_hostile_bytes_are_read_or_refused_and_nothing_else(name, seed):
    whole = encoded(scene(40, 30), name)
    chance = np.random.default_rng(seed)
    assert {answer(mutated(whole, chance)) for _ in range(100)} <= {"", *CODES}


def answer(data: bytes) -> str:
    """The code of the refusal, or nothing if there is one square of pixels."""
    try:
        seen = decoding.squares(decoding.decode(data), Views.FAST)
    except ImageError as fault:
        return fault.code
    return "" if seen.shape == (1, 224, 224, 3) else f"a {seen.shape}"


def mutated(whole: bytes, chance: np.random.Generator) -> bytes:
    """Half of the files whole, half cut off, with up to 11 wrong bytes, mostly in the header."""
    end = len(whole) if chance.random() < 0.5 else int(chance.integers(1, len(whole)))
    data = bytearray(whole[:end])
    for _ in range(chance.integers(12)):
        data[chance.integers(min(len(data), chance.choice([64, 600, 10_000])))] = chance.integers(256)
    return bytes(data)


def test_a_jpeg_of_thousands_of_scans_is_refused_before_it_is_decoded():
    """49 megapixels in 230 kB held a core for 17 s: each scan goes over all pixels."""
    out = BytesIO()
    Image.new("RGB", (64, 64)).save(out, "JPEG", progressive=True)
    whole = out.getvalue()
    last = whole.rindex(b"\xff\xda")
    assert code(whole[:last] + whole[last:-2] * 100 + whole[-2:]) == "image.unreadable"
    assert decoding.decode(whole).format == "JPEG"


def test_a_picture_of_wide_numbers_may_have_fewer_pixels():
    out = BytesIO()
    Image.new("F", (100, 160_001)).save(out, "TIFF")
    assert code(out.getvalue()) in {"image.too_many_pixels", "image.too_large"}
