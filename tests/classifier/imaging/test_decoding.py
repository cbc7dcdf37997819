import numpy as np
import pytest
from PIL import Image

from classifier.imaging import decoding, limits
from classifier.imaging.crops import Views
from tests.classifier.photos import encoded, exif, looks_like, numbers, pixels, scene, sideways, tiff

# As images.py sets it for the program, and pytest unsets it: Pillow warns of damaged metadata.
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:PIL")

WHITE, RED = (255, 255, 255), (255, 0, 0)
ANIMATED = ("GIF", "WebP", "PNG", "AVIF")
TURNABLE = ("JPEG", "PNG", "WebP", "TIFF", "AVIF", "HEIC")
SIZES = {"JPEG": {"quality": 95}, "WebP": {"quality": 95}, "AVIF": {"quality": 95, "speed": 9}, "HEIC": {"quality": 95}}


@pytest.mark.parametrize("name", limits.FORMATS)
def test_it_reads_every_format_it_names(name):
    picture = decoding.decode(encoded(scene(), name, **SIZES.get(name, {})))
    assert picture.format == name
    assert (picture.width, picture.height) == (96, 64)
    assert looks_like(picture, scene())


def test_a_phones_picture_with_a_second_one_inside_is_a_jpeg():
    data = encoded(scene(), "MPO", save_all=True, append_images=[scene(64, 96)])
    picture = decoding.decode(data)
    assert picture.format == "JPEG"
    assert looks_like(picture, scene())


@pytest.mark.parametrize("name", ["AVIF", "HEIC"])
def test_it_tells_avif_from_heic_when_the_brand_does_not(name):
    data = encoded(scene(), name)
    assert decoding.decode(data[:8] + b"mif1" + data[12:]).format == name


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("name", TURNABLE)
def test_it_turns_a_sideways_phone_photo_upright(name, orientation):
    picture = decoding.decode(sideways(scene(), orientation, name, **SIZES.get(name, {})))
    assert (picture.width, picture.height) == (96, 64)
    assert looks_like(picture, scene())


@pytest.mark.parametrize("orientation", range(2, 9))
def test_turning_costs_no_pixel(orientation):
    assert np.array_equal(pixels(sideways(scene(), orientation, "PNG")), np.asarray(scene()))


@pytest.mark.parametrize("orientation", [6, 8])
def test_a_large_sideways_photo_is_decoded_smaller_and_knows_its_size(orientation):
    picture = decoding.decode(sideways(scene(2000, 1500), orientation))
    assert (picture.width, picture.height) == (2000, 1500)
    assert looks_like(picture, scene(500, 375))


@pytest.mark.parametrize("orientation", [0, 9, 65535])
def test_an_orientation_that_does_not_exist_turns_nothing(orientation):
    assert looks_like(decoding.decode(encoded(scene(), exif=exif(orientation))), scene())


@pytest.mark.parametrize(
    "metadata", [b"Exif\0\0", b"Exif\0\0II*\0\xff\xff\xff\xff", b"Exif\0\0MM\0*\0\0\0\x08\0\x05\1\x12"]
)
def test_damaged_metadata_does_not_cost_the_photo(metadata):
    assert looks_like(decoding.decode(encoded(scene(), exif=metadata)), scene())


@pytest.mark.parametrize(("name", "mode"), [("JPEG", "CMYK"), ("TIFF", "CMYK"), ("TIFF", "LAB"), ("TIFF", "YCbCr")])
def test_it_reads_other_colour_spaces(name, mode):
    if mode == "LAB":
        data = encoded(Image.new("LAB", (8, 8), (136, 208, 195)), name)
        assert np.abs(pixels(data) - RED).max() < 16
    else:
        assert looks_like(decoding.decode(encoded(scene().convert(mode), name)), scene())


@pytest.mark.parametrize("name", ["JPEG", "PNG", "WebP", "TIFF", "AVIF", "HEIC"])
def test_it_reads_grey(name):
    grey = scene().convert("L")
    assert looks_like(decoding.decode(encoded(grey, name)), grey.convert("RGB"))


@pytest.mark.parametrize("name", ["PNG", "TIFF", "BMP", "GIF"])
def test_it_reads_black_and_white(name):
    data = encoded(Image.fromarray(np.array([[True, False]])), name)
    assert pixels(data).tolist() == [[[255] * 3, [0] * 3]]


@pytest.mark.parametrize("name", ["PNG", "GIF", "BMP", "TIFF"])
def test_it_reads_palettes(name):
    palette = scene().quantize(64)
    assert looks_like(decoding.decode(encoded(palette, name)), palette.convert("RGB"))


@pytest.mark.parametrize("name", ["PNG", "WebP", "TIFF", "AVIF", "HEIC"])
def test_what_is_transparent_lies_on_white(name):
    clear = Image.new("RGBA", (64, 64), (0, 0, 0, 0))
    clear.paste(RED, (32, 0, 64, 64))
    shown = pixels(encoded(clear, name))
    assert np.abs(shown[32, 8] - WHITE).max() < 8
    assert np.abs(shown[32, 56] - RED).max() < 24


@pytest.mark.parametrize(("mode", "key"), [("P", 0), ("P", b"\0\xff"), ("L", 0), ("RGB", (0, 0, 0)), ("1", 0)])
def test_a_colour_that_stands_for_nothing_lies_on_white(mode, key):
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
def test_wide_numbers_are_stretched_to_their_range(values, dtype, grey):
    assert pixels(numbers(values, dtype))[0, :, 0].tolist() == grey


@pytest.mark.parametrize("dtype", ["<u1", "<u2", "<f4"])
def test_grey_whose_zero_is_white_is_turned_round(dtype):
    top = 1 if dtype == "<f4" else np.iinfo(dtype).max
    assert pixels(numbers([0, top], dtype, tags={262: 0}))[0, :, 0].tolist() == [255, 0]


@pytest.mark.parametrize("name", ANIMATED)
def test_of_a_moving_picture_it_takes_the_first_frame(name):
    frames = [Image.new("RGB", (64, 64), colour) for colour in ("red", "lime", "blue")]
    data = encoded(frames[0], name, save_all=True, append_images=frames[1:])
    assert np.abs(pixels(data) - RED).max() < 8


@pytest.mark.parametrize(("width", "height", "short"), [(2047, 1600, 400), (4096, 2048, 256), (500, 400, 400)])
def test_a_jpeg_is_decoded_no_larger_than_needed(width, height, short):
    assert min(decoding.decode(encoded(scene(width, height))).upright.size) == short


@pytest.mark.parametrize("name", ["JPEG", "PNG", "WebP"])
@pytest.mark.parametrize("min_side", [1, 100, 700, 5000])
def test_the_short_side_stays_as_long_as_asked(name, min_side):
    upright = decoding.decode(encoded(scene(1600, 1200), name), min_side=min_side).upright
    assert min(min_side, 1200) <= min(upright.size) <= 1200


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "P", "L", "I;16", "CMYK"])
def test_a_photo_decoded_smaller_shows_the_model_the_same(mode):
    large = scene(1600, 1200).convert("L").convert(mode) if mode == "I;16" else scene(1600, 1200).convert(mode)
    data = encoded(large, "TIFF" if mode == "CMYK" else "PNG")
    seen, whole = (decoding.squares(decoding.decode(data, min_side=side), Views.BEST) for side in (256, 1200))
    assert np.abs(seen.astype(int) - whole).mean() < 2


@pytest.mark.parametrize(("views", "count"), [(Views.FAST, 1), (Views.BEST, 3)])
@pytest.mark.parametrize("size", [(1, 1), (224, 224), (3, 700), (1000, 2), (640, 480)])
def test_squares_have_the_models_shape(size, views, count):
    seen = decoding.squares(decoding.decode(encoded(scene(*size), "PNG")), views)
    assert seen.shape == (count, 224, 224, 3)
    assert seen.dtype == np.uint8


def test_squares_are_cut_where_crops_says():
    stripes = Image.new("RGB", (900, 300), "red")
    stripes.paste("lime", (300, 0, 600, 300))
    stripes.paste("blue", (600, 0, 900, 300))
    centre, left, right = decoding.squares(decoding.decode(encoded(stripes, "PNG")), Views.BEST)
    assert [tuple(view[112, 112]) for view in (centre, left, right)] == [(0, 255, 0), RED, (0, 0, 255)]


def test_squares_of_a_reduced_photo_come_from_its_own_pixels():
    seen, whole = (
        decoding.squares(decoding.decode(encoded(scene(2400, 1600)), min_side=s), Views.BEST) for s in (256, 9999)
    )
    assert np.abs(seen.astype(int) - whole).mean() < 2


@pytest.mark.parametrize(("side", "size"), [(300, (300, 200)), (60, (60, 40)), (2000, (600, 400))])
def test_a_rendition_keeps_the_shape_and_is_never_enlarged(side, size):
    made = decoding.rendition(decoding.decode(encoded(scene(600, 400)), min_side=400), side)
    assert looks_like(decoding.decode(made), scene(*size))


def test_a_rendition_of_a_thin_strip_keeps_a_pixel():
    made = decoding.rendition(decoding.decode(encoded(scene(1000, 2), "PNG")), 50)
    assert decoding.decode(made).upright.size == (50, 1)


@pytest.mark.parametrize("side", [50, 5000])
@pytest.mark.parametrize("name", ["JPEG", "PNG", "WebP", "AVIF", "HEIC", "TIFF"])
def test_a_rendition_says_nothing_of_where_and_with_what_it_was_taken(name, side):
    tags = exif(1)
    tags[0x010F] = "SECRET"
    tags.get_ifd(0x8825)[1] = "SECRET"
    comment = {"comment": b"SECRET"} if name == "JPEG" else {}
    data = encoded(scene(), name, exif=tags, icc_profile=b"SECRET" * 30, xmp=b"SECRET", **comment)
    made = decoding.rendition(decoding.decode(data), side)
    assert b"SECRET" in data
    assert not any(mark in made for mark in (b"SECRET", b"Exif", b"ICC_PROFILE", b"http"))
