"""Create pictures in memory, byte by byte where no encoder writes such a file."""

import io
import struct
import zlib
from typing import Any

import numpy as np
from PIL import Image

from classifier.imaging import decoding

#: The transposition of an upright photo that its EXIF orientation reverses.
STORED_TRANSPOSITIONS = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}
PILLOW_FORMATS = {"WebP": "WEBP", "HEIC": "HEIF"}


def scene(width: int = 96, height: int = 64) -> Image.Image:
    """Return a smooth RGB picture with four different corners."""
    x, y = np.meshgrid(np.linspace(0, 1, width), np.linspace(0, 1, height))
    return Image.fromarray((np.stack([x, y, (1 - x) * (1 - y)], axis=2) * 220 + 20).astype(np.uint8))


def pixels(data: bytes) -> np.ndarray:
    """Return the decoded pixels (height, width, 3) as signed integers, so that differences do not overflow."""
    return np.asarray(decoding.decode(data).upright).astype(int)


def looks_like(decoded: decoding.DecodedImage, image: Image.Image) -> bool:
    """Return whether the decoded picture is RGB with the size of ``image`` and a mean difference below 6/255."""
    if decoded.upright.size != image.size or decoded.upright.mode != "RGB":
        return False
    return bool(np.abs(np.asarray(decoded.upright).astype(int) - np.asarray(image)).mean() < 6)


def encoded(image: Image.Image, format_name: str = "JPEG", **options: Any) -> bytes:
    output = io.BytesIO()
    image.save(output, PILLOW_FORMATS.get(format_name, format_name), **options)
    return output.getvalue()


def exif(orientation: int) -> Image.Exif:
    tags = Image.Exif()
    tags[0x0112] = orientation
    return tags


def sideways(image: Image.Image, orientation: int, format_name: str = "JPEG", **options: Any) -> bytes:
    """Return a file that looks like ``image`` after it is turned by its EXIF ``orientation``."""
    transposition = STORED_TRANSPOSITIONS[orientation]
    stored = image if transposition is None else image.transpose(transposition)
    # As bytes, because pillow-heif ignores the orientation of an Exif object and writes no rotation.
    return encoded(stored, format_name, exif=exif(orientation).tobytes(), **options)


def png(width: int, height: int) -> bytes:
    """Return a PNG whose header states RGB pixels and whose data is empty."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


def tiff(pixels: bytes, width: int, height: int, bits: int, *, tags: dict[int, int] | None = None) -> bytes:
    """Return a grey TIFF of one uncompressed strip. ``tags`` adds or replaces tags with one number each."""
    all_tags = {256: width, 257: height, 258: bits, 259: 1, 262: 1, 273: 512, 277: 1, 278: height, 279: len(pixels)}
    all_tags |= tags or {}
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in sorted(all_tags.items()))
    header = b"II*\0\x08\0\0\0" + struct.pack("<H", len(entries) // 12) + entries + bytes(4)
    return header.ljust(512, b"\0") + pixels


def grey_tiff(values: list[Any], dtype: str, *, tags: dict[int, int] | None = None) -> bytes:
    """Return a grey TIFF of one row of ``values``. ``dtype`` is little-endian: ``<u2``, ``<i4``, ``<f4`` …"""
    row = np.array(values, dtype)
    sample_format = {"u": 1, "i": 2, "f": 3}[row.dtype.kind]
    return tiff(row.tobytes(), len(values), 1, row.dtype.itemsize * 8, tags={339: sample_format} | (tags or {}))


def with_claimed_size(data: bytes, format_name: str, side: int) -> bytes:
    """Return the file of a 64×64 picture with ``side`` × ``side`` as the size in its header."""
    layouts = {"JPEG": ">HH", "HEIC": ">II", "AVIF": ">II", "GIF": "<HH", "WebP": "<HH", "BMP": "<II"}
    layout = layouts[format_name]
    size = struct.pack(layout, 64, 64)
    assert size in data
    return data.replace(size, struct.pack(layout, side, side), 1)
