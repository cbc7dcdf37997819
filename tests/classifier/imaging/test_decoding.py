"""Tests that every supported format, colour mode and orientation is decoded correctly."""

import numpy as np
import pytest
from PIL import Image

from classifier.imaging import decoding, limits
from classifier.imaging.crops import Views
from tests.classifier.photos import encoded, exif, grey_tiff, looks_like, pixels, scene, sideways, tiff

# decoding.py ignores Pillow's warnings about damaged metadata; pytest resets the filter.
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:PIL")

WHITE, RED = (255, 255, 255), (255, 0, 0)
ANIMATED = ("GIF", "WebP", "PNG", "AVIF")
TURNABLE = ("JPEG", "PNG", "WebP", "TIFF", "AVIF", "HEIC")
QUALITY = {
    "JPEG": {"quality": 95},
    "WebP": {"quality": 95},
    "AVIF": {"quality": 95, "speed": 9},
    "HEIC": {"quality": 95},
}


@pytest.mark.parametrize("format_name", limits.FORMATS)
def test_decodes_every_supported_format(format_name):
    decoded = decoding.decode(encoded(scene(), format_name, **QUALITY.get(format_name, {})))
    assert decoded.format == format_name
    assert (decoded.width, decoded.height) == (96, 64)
    assert looks_like(decoded, scene())


def test_decodes_the_first_picture_of_a_phone_jpeg_that_contains_two():
    data = encoded(scene(), "MPO", save_all=True, append_images=[scene(64, 96)])
    decoded = decoding.decode(data)
    assert decoded.format == "JPEG"
    assert looks_like(decoded, scene())


@pytest.mark.parametrize("format_name", ["AVIF", "HEIC"])
def test_distinguishes_avif_from_heic_if_both_have_the_brand_mif1(format_name):
    data = encoded(scene(), format_name)
    assert decoding.decode(data[:8] + b"mif1" + data[12:]).format == format_name


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("format_name", TURNABLE)
def test_turns_a_photo_upright_by_its_exif_orientation(format_name, orientation):
    decoded = decoding.decode(sideways(scene(), orientation, format_name, **QUALITY.get(format_name, {})))
    assert (decoded.width, decoded.height) == (96, 64)
    assert looks_like(decoded, scene())


@pytest.mark.parametrize("orientation", range(2, 9))
def test_turning_changes_no_pixel(orientation):
    assert np.array_equal(pixels(sideways(scene(), orientation, "PNG")), np.asarray(scene()))


@pytest.mark.parametrize("orientation", [6, 8])
def test_a_large_sideways_photo_is_decoded_smaller_and_keeps_its_original_size(orientation):
    decoded = decoding.decode(sideways(scene(2000, 1500), orientation))
    assert (decoded.width, decoded.height) == (2000, 1500)
    assert looks_like(decoded, scene(500, 375))


@pytest.mark.parametrize("orientation", [0, 9, 65535])
def test_ignores_an_undefined_orientation(orientation):
    assert looks_like(decoding.decode(encoded(scene(), exif=exif(orientation))), scene())


@pytest.mark.parametrize(
    "metadata", [b"Exif\0\0", b"Exif\0\0II*\0\xff\xff\xff\xff", b"Exif\0\0MM\0*\0\0\0\x08\0\x05\1\x12"]
)
def test_decodes_a_photo_with_damaged_metadata(metadata):
    assert looks_like(decoding.decode(encoded(scene(), exif=metadata)), scene())


@pytest.mark.parametrize(
    ("format_name", "mode"), [("JPEG", "CMYK"), ("TIFF", "CMYK"), ("TIFF", "LAB"), ("TIFF", "YCbCr")]
)
def test_decodes_other_colour_spaces(format_name, mode):
    if mode == "LAB":
        data = encoded(Image.new("LAB", (8, 8), (136, 208, 195)), format_name)
        assert np.abs(pixels(data) - RED).max() < 16
    else:
        assert looks_like(decoding.decode(encoded(scene().convert(mode), format_name)), scene())


@pytest.mark.parametrize("format_name", ["JPEG", "PNG", "WebP", "TIFF", "AVIF", "HEIC"])
def test_decodes_grey(format_name):
    grey = scene().convert("L")
    assert looks_like(decoding.decode(encoded(grey, format_name)), grey.convert("RGB"))


@pytest.mark.parametrize("format_name", ["PNG", "TIFF", "BMP", "GIF"])
def test_decodes_black_and_white(format_name):
    data = encoded(Image.fromarray(np.array([[True, False]])), format_name)
    assert pixels(data).tolist() == [[[255] * 3, [0] * 3]]


@pytest.mark.parametrize("format_name", ["PNG", "GIF", "BMP", "TIFF"])
def test_decodes_palettes(format_name):
    palette = scene().quantize(64)
    assert looks_like(decoding.decode(encoded(palette, format_name)), palette.convert("RGB"))


@pytest.mark.parametrize("format_name", ["PNG", "WebP", "TIFF", "AVIF", "HEIC"])
def test_transparent_pixels_become_white(format_name):
    clear = Image.new("RGBA", (64, 64), (0, 0, 0, 0))
    clear.paste(RED, (32, 0, 64, 64))
    decoded = pixels(encoded(clear, format_name))
    assert np.abs(decoded[32, 8] - WHITE).max() < 8
    assert np.abs(decoded[32, 56] - RED).max() < 24


@pytest.mark.parametrize(("mode", "key"), [("P", 0), ("P", b"\0\xff"), ("L", 0), ("RGB", (0, 0, 0)), ("1", 0)])
def test_a_transparent_colour_becomes_white(mode, key):
    assert (pixels(encoded(Image.new(mode, (4, 4)), "PNG", transparency=key)) == 255).all()


def test_half_transparent_grey_is_mixed_with_white():
    assert np.abs(pixels(encoded(Image.new("LA", (4, 4), (0, 128)), "PNG")) - 127).max() <= 1


def test_sixteen_bit_grey_is_scaled_not_clipped():
    grey = np.array([[0, 257 * 64, 257 * 128, 65535]], np.uint16)
    assert pixels(encoded(Image.fromarray(grey), "PNG"))[0, :, 0].tolist() == [0, 64, 128, 255]


def test_twelve_bit_grey_is_scaled_by_its_own_range():
    assert pixels(tiff(b"\0\x0f\xff", 2, 1, 12))[0, :, 0].tolist() == [0, 255]


@pytest.mark.parametrize(
    ("values", "dtype", "grey"),
    [
        ([-1000, 0, 1000], "<i4", [0, 128, 255]),
        ([-9, 0, 9], "<i2", [0, 128, 255]),
        ([0, 2**31, 2**32 - 1], "<u4", [0, 128, 255]),
        ([0.0, 0.5, 1.0], "<f4", [0, 128, 255]),
        ([-3e38, 0.0, 3e38], "<f4", [0, 128, 255]),
        ([0.0, np.nan, 1.0], "<f4", [0, 0, 255]),
        ([-np.inf, 0.0, 1.0, np.inf], "<f4", [0, 0, 255, 255]),
        ([np.nan, np.nan, np.inf], "<f4", [0, 0, 0]),
        ([7.5, 7.5, 7.5], "<f4", [0, 0, 0]),
    ],
)
def test_integers_and_floats_are_stretched_to_their_finite_range(values, dtype, grey):
    assert pixels(grey_tiff(values, dtype))[0, :, 0].tolist() == grey


@pytest.mark.parametrize("dtype", ["<u1", "<u2", "<f4"])
def test_grey_with_white_as_zero_is_inverted(dtype):
    top = 1 if dtype == "<f4" else np.iinfo(dtype).max
    assert pixels(grey_tiff([0, top], dtype, tags={262: 0}))[0, :, 0].tolist() == [255, 0]


@pytest.mark.parametrize("format_name", ANIMATED)
def test_decodes_the_first_frame_of_an_animation(format_name):
    frames = [Image.new("RGB", (64, 64), colour) for colour in ("red", "lime", "blue")]
    data = encoded(frames[0], format_name, save_all=True, append_images=frames[1:])
    assert np.abs(pixels(data) - RED).max() < 8


@pytest.mark.parametrize(("width", "height", "short"), [(2047, 1600, 400), (4096, 2048, 256), (500, 400, 400)])
def test_a_jpeg_is_decoded_no_larger_than_needed(width, height, short):
    assert min(decoding.decode(encoded(scene(width, height))).upright.size) == short


@pytest.mark.parametrize("format_name", ["JPEG", "PNG", "WebP"])
@pytest.mark.parametrize("min_side", [1, 100, 700, 5000])
def test_the_short_side_is_never_below_min_side(format_name, min_side):
    upright = decoding.decode(encoded(scene(1600, 1200), format_name), min_side=min_side).upright
    assert min(min_side, 1200) <= min(upright.size) <= 1200


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "P", "L", "I;16", "CMYK"])
def test_a_photo_decoded_smaller_gives_nearly_the_same_squares(mode):
    large = scene(1600, 1200).convert("L").convert(mode) if mode == "I;16" else scene(1600, 1200).convert(mode)
    data = encoded(large, "TIFF" if mode == "CMYK" else "PNG")
    reduced, whole = (decoding.squares(decoding.decode(data, min_side=side), Views.BEST) for side in (256, 1200))
    assert np.abs(reduced.astype(int) - whole).mean() < 2


@pytest.mark.parametrize(("views", "count"), [(Views.FAST, 1), (Views.BEST, 3)])
@pytest.mark.parametrize("size", [(1, 1), (224, 224), (3, 700), (1000, 2), (640, 480)])
def test_squares_have_the_input_shape_of_the_model(size, views, count):
    squares = decoding.squares(decoding.decode(encoded(scene(*size), "PNG")), views)
    assert squares.shape == (count, 224, 224, 3)
    assert squares.dtype == np.uint8


def test_squares_are_the_boxes_of_crops():
    stripes = Image.new("RGB", (900, 300), "red")
    stripes.paste("lime", (300, 0, 600, 300))
    stripes.paste("blue", (600, 0, 900, 300))
    centre, left, right = decoding.squares(decoding.decode(encoded(stripes, "PNG")), Views.BEST)
    assert [tuple(view[112, 112]) for view in (centre, left, right)] == [(0, 255, 0), RED, (0, 0, 255)]


def test_squares_of_a_reduced_jpeg_are_nearly_those_of_the_whole_one():
    reduced, whole = (
        decoding.squares(decoding.decode(encoded(scene(2400, 1600)), min_side=side), Views.BEST) for side in (256, 9999)
    )
    assert np.abs(reduced.astype(int) - whole).mean() < 2


@pytest.mark.parametrize(("side", "size"), [(300, (300, 200)), (60, (60, 40)), (2000, (600, 400))])
def test_a_rendition_keeps_the_aspect_ratio_and_is_never_enlarged(side, size):
    rendition = decoding.rendition(decoding.decode(encoded(scene(600, 400)), min_side=400), side)
    assert looks_like(decoding.decode(rendition), scene(*size))


def test_a_rendition_of_a_thin_strip_is_at_least_one_pixel_wide():
    rendition = decoding.rendition(decoding.decode(encoded(scene(1000, 2), "PNG")), 50)
    assert decoding.decode(rendition).upright.size == (50, 1)


@pytest.mark.parametrize("side", [50, 5000])
@pytest.mark.parametrize("format_name", ["JPEG", "PNG", "WebP", "AVIF", "HEIC", "TIFF"])
def test_a_rendition_contains_no_metadata(format_name, side):
    tags = exif(1)
    tags[0x010F] = "SECRET"
    tags.get_ifd(0x8825)[1] = "SECRET"
    comment = {"comment": b"SECRET"} if format_name == "JPEG" else {}
    data = encoded(scene(), format_name, exif=tags, icc_profile=b"SECRET" * 30, xmp=b"SECRET", **comment)
    rendition = decoding.rendition(decoding.decode(data), side)
    assert b"SECRET" in data
    assert not any(mark in rendition for mark in (b"SECRET", b"Exif", b"ICC_PROFILE", b"http"))
