"""Decode picture files to upright RGB images, and check every limit on them.

Header checks run before any pixel is decoded. Each photo is decoded once, at no more than the needed size.
Damaged or hostile files raise ``ImageError`` and no other error.
"""

import struct
import warnings
from dataclasses import dataclass
from io import BytesIO
from typing import Any, cast

import numpy as np
import pillow_heif
from numpy.typing import NDArray
from PIL import Image, ImageFile, ImageOps
from PIL.ExifTags import Base as Tag
from PIL.TiffImagePlugin import TiffImageFile

from classifier.errors import ImageError
from classifier.imaging import crops, file_types, limits

_FORMAT_NAMES = dict(zip(("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF", "HEIF"), limits.FORMATS, strict=True))
# Pillow otherwise loads its plugins with the first unusual file, which may be on any thread.
Image.init()
pillow_heif.register_heif_opener(thumbnails=False, depth_images=False, aux_images=False)
# Pillow warns above this limit and raises above twice the limit. With warnings as errors, both reject the picture,
# even before WebP allocates its canvas.
Image.MAX_IMAGE_PIXELS = limits.MAX_PIXELS
warnings.filterwarnings("error", category=Image.DecompressionBombWarning)
# Damaged metadata must not fill the log. Set globally, because warnings.catch_warnings is not thread-safe.
warnings.filterwarnings("ignore", category=UserWarning, module=r"PIL\.")

#: The filter of the published accuracy figures. Mean |Δscore| on 13 photos: bilinear 0.010, bicubic 0.032.
_FILTER = Image.Resampling.BILINEAR

#: The transposition that makes a photo upright, by EXIF orientation (CIPA DC-008, tag 0x0112); 1 is upright.
_TRANSPOSITIONS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_SWAPS_SIDES = {_TRANSPOSITIONS[orientation] for orientation in (5, 6, 7, 8)}


@dataclass(frozen=True, slots=True)
class DecodedImage:
    """A decoded photo.

    ``upright``: RGB without metadata; may be smaller than ``width`` × ``height``.
    ``width``, ``height``: pixels of the upright photo in the file. ``format``: one of ``limits.FORMATS``.
    """

    upright: Image.Image
    width: int
    height: int
    format: str


def decode(data: bytes, *, min_side: int = crops.SHORT_SIDE) -> DecodedImage:
    """Decode the first frame of a picture file, upright, with white behind transparent pixels.

    A photo may be decoded smaller, but its short side keeps at least ``min_side`` pixels if it has as many.
    Raises ``ImageError`` with one of the six ``image.*`` codes.
    """
    _check_bytes(data)
    try:
        return _decode(data, min_side)
    except ImageError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise ImageError("image.too_many_pixels") from None
    # With hostile bytes, Pillow's plugins raise many kinds of errors from Python and C.
    except Exception as error:
        raise ImageError(_error_code(data, error)) from error


def squares(image: DecodedImage, views: crops.Views) -> NDArray[np.uint8]:
    """Return the input of the model: uint8 RGB (n, 224, 224, 3) in the order of ``crops.boxes``; n is 1 or 3."""
    upright, size = image.upright, (crops.INPUT_SIDE, crops.INPUT_SIDE)
    boxes = crops.boxes(upright.width, upright.height, views)
    return np.stack([np.asarray(upright.resize(size, _FILTER, box=box)) for box in boxes])


def rendition(image: DecodedImage, max_side: int) -> bytes:
    """Return a JPEG of ``image`` without metadata. Its long side has at most ``max_side`` pixels."""
    upright = image.upright
    scale = min(1, max_side / max(upright.size))
    size = max(1, round(upright.width * scale)), max(1, round(upright.height * scale))
    resized = upright.resize(size, Image.Resampling.LANCZOS, reducing_gap=2)
    output = BytesIO()
    resized.save(output, "JPEG", quality=85)
    return output.getvalue()


def _check_bytes(data: bytes) -> None:
    if not data:
        raise ImageError("image.empty")
    if len(data) > limits.MAX_BYTES:
        raise ImageError("image.too_large")
    if file_type := file_types.detect_unsupported(data):
        raise file_types.unsupported_format_error(file_type)
    # Each scan of a progressive JPEG is decoded over all pixels, and a file can hold thousands of scans.
    if data.startswith(b"\xff\xd8") and data.count(b"\xff\xda") > limits.MAX_JPEG_SCANS:
        raise ImageError("image.unreadable", "This JPEG has more scans than any camera writes.")


def _decode(data: bytes, min_side: int) -> DecodedImage:
    photo = Image.open(BytesIO(data), formats=tuple(_FORMAT_NAMES))
    _check_header(photo)
    header_size = photo.size
    is_drafted = photo.draft("RGB", (min_side, min_side))
    _load(photo, len(data))
    width, height = header_size if is_drafted else photo.size
    transposition = _transposition(photo)
    if transposition in _SWAPS_SIDES:
        width, height = height, width
    upright = _to_rgb(photo, min_side)
    if transposition is not None:
        upright = upright.transpose(transposition)
    upright.info = {}
    # Pillow's format of a phone's JPEG that contains a second picture is MPO.
    return DecodedImage(upright, width, height, _FORMAT_NAMES.get(photo.format or "", "JPEG"))


def _check_header(photo: ImageFile.ImageFile) -> None:
    # libtiff allocates a whole tile even if the picture is smaller.
    tile_pixels = _tag(photo, Tag.TileWidth, 0) * _tag(photo, Tag.TileLength, 0)
    max_pixels = limits.MAX_DEEP_PIXELS if photo.mode in {"I", "F"} else limits.MAX_PIXELS
    if max(photo.width * photo.height, tile_pixels) > max_pixels:
        raise ImageError("image.too_many_pixels")
    # Raw files are TIFFs that begin with a small preview.
    has_preview = _tag(photo, Tag.NewSubfileType, 0) & 1 and _tag(photo, Tag.SubIFDs, ())
    if has_preview or _tag(photo, Tag.DNGVersion, b""):
        raise file_types.unsupported_format_error(file_types.RAW)


def _tag(photo: Image.Image, tag: Tag, default: Any) -> Any:
    return photo.tag_v2.get(tag, default) if isinstance(photo, TiffImageFile) else default


def _load(photo: ImageFile.ImageFile, file_bytes: int) -> None:
    starts = _tag(photo, Tag.StripOffsets, ()) or _tag(photo, Tag.TileOffsets, ())
    lengths = _tag(photo, Tag.StripByteCounts, ()) or _tag(photo, Tag.TileByteCounts, ())
    try:
        photo.load()
    except OSError as error:
        # The error numbers of libtiff do not distinguish a truncated file from a damaged one.
        if any(start + length > file_bytes for start, length in zip(starts, lengths, strict=False)):
            raise ImageError("image.truncated") from error
        raise


def _transposition(photo: Image.Image) -> Image.Transpose | None:
    # Pillow turns TIFF and HEIC upright while it loads them, and then reports orientation 1. For AVIF it reports the
    # rotation as EXIF orientation.
    try:
        return _TRANSPOSITIONS.get(photo.getexif().get(Tag.Orientation, 1))
    # Damaged metadata raises many kinds of errors and must not reject the photo.
    except Exception:  # noqa: BLE001
        return None


def _to_rgb(photo: Image.Image, min_side: int) -> Image.Image:
    image = _to_averageable(photo)
    # At twice min_side, the resampling filter still has enough pixels that the model's answers stay the same.
    factor = min(image.size) // (2 * min_side)
    if factor > 1:
        image = image.reduce(factor)
    if image.mode in {"I", "F"}:
        image = _stretch(image)
    if image.mode == "RGBA":
        return _on_white(image)
    # Pillow inverts grey in which zero is white only up to 8 bits.
    if photo.mode.startswith(("I", "F")) and _tag(photo, Tag.PhotometricInterpretation, 1) == 0:
        image = ImageOps.invert(image)
    return image if image.mode == "RGB" else image.convert("RGB")


def _to_averageable(photo: Image.Image) -> Image.Image:
    """Return the picture in a mode in which neighbouring values can be averaged; RGBA if any pixel is transparent."""
    if photo.mode.startswith("I;16"):
        return _scale_to_8_bits(photo)
    if photo.mode == "I":
        return _to_signed(photo)
    if photo.mode not in {"F", "RGBA"} and photo.has_transparency_data:
        return (photo.convert("LA") if photo.mode == "La" else photo).convert("RGBA")
    if photo.mode in {"1", "P"}:
        return photo.convert("L" if photo.mode == "1" else "RGB")
    return photo


def _scale_to_8_bits(photo: Image.Image) -> Image.Image:
    """Scale 12- or 16-bit grey by its full range; Pillow's own conversion clips at 255."""
    bits = _tag(photo, Tag.BitsPerSample, (16,))[0]
    return Image.fromarray((np.asarray(photo) >> (bits - 8)).astype(np.uint8))


def _to_signed(photo: Image.Image) -> Image.Image:
    """Halve unsigned 32-bit integers, because Pillow reads them as signed ones."""
    lowest = cast("float", photo.getextrema()[0])
    if lowest >= 0 or _tag(photo, Tag.SampleFormat, (1,))[0] != 1:
        return photo
    return Image.fromarray((np.asarray(photo).view(np.uint32) >> 1).view(np.int32))


def _stretch(image: Image.Image) -> Image.Image:
    """Scale 32-bit integers or floats to 8-bit grey, from the lowest to the highest finite value; NaN becomes black."""
    values = np.asarray(image).astype(np.float64)
    finite = values[np.isfinite(values)]
    low, high = (finite.min(), finite.max()) if finite.size else (0, 0)
    grey = np.nan_to_num((np.clip(values, low, high) - low) * (255 / ((high - low) or 1)))
    return Image.fromarray(grey.round().astype(np.uint8))


def _on_white(image: Image.Image) -> Image.Image:
    white = Image.new("RGB", image.size, "white")
    white.paste(image, mask=image)
    return white


def _error_code(data: bytes, error: Exception) -> str:
    message = str(error).lower()
    is_truncated = "truncated" in message or "unexpected end of file" in message or _ends_early(data)
    return "image.truncated" if is_truncated else "image.unreadable"


def _ends_early(data: bytes) -> bool:
    """Return whether a file is shorter than its header states, or lacks the end marker of its format."""
    size = len(data)
    if data.startswith(b"\xff\xd8"):
        return not data.rstrip(b"\0").endswith(b"\xff\xd9")
    if data.startswith(b"\x89PNG"):
        return b"IEND" not in data
    if data.startswith(b"GIF8"):
        return not data.rstrip(b"\0").endswith(b";")
    if data.startswith((b"RIFF", b"BM")):
        offset, header_bytes = (4, 8) if data.startswith(b"RIFF") else (2, 0)
        return int.from_bytes(data[offset : offset + 4], "little") + header_bytes > size
    if data.startswith((b"II*\0", b"MM\0*")):
        return int.from_bytes(data[4:8], "little" if data.startswith(b"I") else "big") >= size
    return data[4:8] == b"ftyp" and _end_of_boxes(data) != size


def _end_of_boxes(data: bytes) -> int:
    """Return the offset where the last top-level box ends (ISO/IEC 14496-12, 4.2): the file's size if it is whole."""
    offset = 0
    while offset + 8 <= len(data):
        (size,) = struct.unpack_from(">I", data, offset)
        if size == 0:
            return len(data)
        if size == 1 and offset + 16 <= len(data):
            (size,) = struct.unpack_from(">Q", data, offset + 8)
        offset += max(size, 8)
    return offset
