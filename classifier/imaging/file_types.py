"""Recognize common files that are not supported pictures (PDF, raw, video, …) by their first bytes."""

from classifier.errors import ImageError

RAW, _VIDEO = "a camera raw file", "a video"
#: Names of unsupported file types by their first bytes.
_UNSUPPORTED = {
    b"%PDF-": "a PDF document",
    b"%!PS": "a PostScript file",
    b"8BPS": "a Photoshop document",
    b"\0\0\1\0": "an icon",
    b"\xff\x0a": "a JPEG XL picture",
    b"\0\0\0\x0cJXL ": "a JPEG XL picture",
    b"\0\0\0\x0cjP  ": "a JPEG 2000 picture",
    b"II*\0\x10\0\0\0CR": RAW,
    b"IIR": RAW,
    b"IIU\0": RAW,
    b"MMOR": RAW,
    b"FUJIFILMCCD-RAW": RAW,
    b"PK\3\4": "a ZIP archive or an office document",
    b"\x1a\x45\xdf\xa3": _VIDEO,
}
#: Names of unsupported file types that start with an ISO base media ``ftyp`` box, by its major brand.
_BRANDS = {b"crx ": RAW} | dict.fromkeys(
    (b"qt  ", b"isom", b"iso2", b"iso5", b"iso6", b"avc1", b"mp41", b"mp42", b"M4V ", b"MSNV", b"3gp4", b"3gp5"), _VIDEO
)


def detect_unsupported(data: bytes) -> str:
    """Return the name of an unsupported file type (``a PDF document``), or an empty string for all other files."""
    if data[4:8] == b"ftyp":
        return _BRANDS.get(data[8:12], "")
    start = data[:1024].lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith(b"<"):
        return _markup_type(data[:4096].lower())
    return next((file_type for magic, file_type in _UNSUPPORTED.items() if data.startswith(magic)), "")


def unsupported_format_error(file_type: str) -> ImageError:
    """Return the error for a ``file_type`` such as ``a PDF document``."""
    return ImageError(
        "image.unsupported_format",
        f"This is {file_type}, which we don't read. JPEG, PNG, WebP, HEIC and a few more work.",
    )


def _markup_type(start: bytes) -> str:
    if b"<!doctype html" in start or b"<html" in start:
        return "a web page"
    return "an SVG drawing" if b"<svg" in start else "a text document"
