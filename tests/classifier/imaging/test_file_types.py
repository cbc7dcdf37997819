"""Tests that common files that are not supported pictures are named in the error."""

import pytest

from classifier.errors import ImageError
from classifier.imaging import decoding, file_types
from tests.classifier.photos import encoded, scene, tiff


@pytest.mark.parametrize(
    ("data", "file_type"),
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
def test_error_names_the_type_of_an_unsupported_file(data, file_type):
    with pytest.raises(ImageError, match=f"This is {file_type}, which we don't read") as raised:
        decoding.decode(data)
    assert raised.value.code == "image.unsupported_format"


@pytest.mark.parametrize("format_name", ["JPEG", "PNG", "TIFF", "AVIF", "HEIC"])
def test_a_supported_picture_is_not_detected_as_unsupported(format_name):
    assert file_types.detect_unsupported(encoded(scene(), format_name)) == ""
