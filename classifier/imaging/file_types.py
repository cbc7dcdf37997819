"""What people send by mistake: files of kinds they know that are no pictures we read, told by their first bytes."""

from classifier.errors import ImageError

RAW, _VIDEO = "a camera raw file", "a video"
#: What people send by mistake, by its first bytes.
_OTHERS = {
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
#: The same for files that begin with an ISO base media ``ftyp`` box, by its major brand.
_BRANDS = {b"crx ": RAW} | dict.fromkeys(
    (b"qt  ", b"isom", b"iso2", b"iso5", b"iso6", b"avc1", b"mp41", b"mp42", b"M4V ", b"MSNV", b"3gp4", b"3gp5"), _VIDEO
)


def name(data: bytes) -> str:
    """What this file is, if it is no picture we read but of a kind people know; else nothing."""
    if data[4:8] == b"ftyp":
        return _BRANDS.get(data[8:12], "")
    start = data[:1024].lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith(b"<"):
        return _markup(data[:4096].lower())
    return next((what for magic, what in _OTHERS.items() if data.startswith(magic)), "")


def unsupported(what: str) -> ImageError:
    """The refusal of a kind of file, by its name."""
    return ImageError(
        "image.unsupported_format", f"This is {what}, which we don't read. JPEG, PNG, WebP, HEIC and a few more work."
    )


def _markup(start: bytes) -> str:
    if b"<!doctype html" in start or b"<html" in start:
        return "a web page"
    return "an SVG drawing" if b"<svg" in start else "a text document"
