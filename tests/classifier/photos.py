"""Pictures made in memory, and files built byte by byte where no encoder would write them."""

import io
import struct
import zlib
from typing import Any

import numpy as np
from PIL import Image

from classifier.imaging import decoding

#: How to store an upright photo so that the EXIF orientation turns it back.
STORED = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}
CODECS = {"WebP": "WEBP", "HEIC": "HEIF"}


def scene(width: int = 96, height: int = 64) -> Image.Image:
    """Smooth RGB in which no two corners are alike."""
    x, y = np.meshgrid(np.linspace(0, 1, width), np.linspace(0, 1, height))
    return Image.fromarray((np.stack([x, y, (1 - x) * (1 - y)], axis=2) * 220 + 20).astype(np.uint8))


def pixels(data: bytes) -> np.ndarray:
    """What ``decode`` makes of a file: (height, width, 3), signed so that differences are."""
    return np.asarray(decoding.decode(data).upright).astype(int)


def looks_like(picture: decoding.DecodedImage, image: Image.Image) -> bool:
    """Whether the picture is RGB of that size, and on average less than 6 of 255 away."""
    if picture.upright.size != image.size or picture.upright.mode != "RGB":
        return False
    return bool(np.abs(np.asarray(picture.upright).astype(int) - np.asarray(image)).mean() < 6)


def encoded(image: Image.Image, name: str = "JPEG", **options: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, CODECS.get(name, name), **options)
    return out.getvalue()


def exif(orientation: int) -> Image.Exif:
    tags = Image.Exif()
    tags[0x0112] = orientation
    return tags


def sideways(image: Image.Image, orientation: int, name: str = "JPEG", **options: Any) -> bytes:
    """A file that has to be turned by its ``orientation`` to look like ``image``."""
    turn = STORED[orientation]
    stored = image if turn is None else image.transpose(turn)
    # As bytes: of an Exif object pillow-heif does not see the orientation, and writes no rotation.
    return encoded(stored, name, exif=exif(orientation).tobytes(), **options)


def png(width: int, height: int) -> bytes:
    """A PNG that promises RGB pixels and holds none."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


def tiff(pixels: bytes, width: int, height: int, bits: int, *, tags: dict[int, int] | None = None) -> bytes:
    """A grey TIFF of one uncompressed strip, with ``tags`` of one number each added or replaced."""
    basic = {256: width, 257: height, 258: bits, 259: 1, 262: 1, 273: 512, 277: 1, 278: height, 279: len(pixels)}
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in sorted((basic | (tags or {})).items()))
    head = b"II*\0\x08\0\0\0" + struct.pack("<H", len(entries) // 12) + entries + bytes(4)
    return head.ljust(512, b"\0") + pixels


def numbers(values: list[Any], dtype: str, *, tags: dict[int, int] | None = None) -> bytes:
    """A grey TIFF of one row of ``values``; ``dtype`` is little-endian: ``<u2``, ``<i4``, ``<f4`` …"""
    row = np.array(values, dtype)
    sample_format = {"u": 1, "i": 2, "f": 3}[row.dtype.kind]
    return tiff(row.tobytes(), len(values), 1, row.dtype.itemsize * 8, tags={339: sample_format} | (tags or {}))


def claiming(data: bytes, name: str, side: int) -> bytes:
    """The 64×64 file of that format with ``side`` × ``side`` written where its header says how large it is."""
    was, big, little = 64, struct.pack(">HH", side, side), struct.pack("<II", side, side)
    patterns = {
        "JPEG": (struct.pack(">HH", was, was), big),
        "GIF": (struct.pack("<HH", was, was), struct.pack("<HH", side, side)),
        "BMP": (struct.pack("<II", was, was), little),
        "HEIC": (struct.pack(">II", was, was), struct.pack(">II", side, side)),
        "AVIF": (struct.pack(">II", was, was), struct.pack(">II", side, side)),
        "WebP": (struct.pack("<HH", was, was), struct.pack("<HH", side, side)),
    }
    old, new = patterns[name]
    assert old in data
    return data.replace(old, new, 1)
