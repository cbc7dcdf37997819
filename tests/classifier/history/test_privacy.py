"""The server stores and logs no metadata of a photo, such as its place."""

from pathlib import Path

import pytest
from PIL import Image
from PIL.ExifTags import GPS, IFD, Base

from classifier.websocket import tickets
from tests.classifier.photos import encoded, scene
from tests.classifier.records import OWNER, wait_for_photo
from tests.server_process import running_server
from tests.websocket_client import authenticated_client

pytestmark = pytest.mark.process

PLACE = "secret-burrow-4711"


def exif_with_place() -> bytes:
    """Return EXIF with a place as text and as coordinates whose digits are unlikely elsewhere."""
    tags = Image.Exif()
    tags[Base.ImageDescription] = PLACE
    tags.get_ifd(IFD.GPSInfo).update(
        {GPS.GPSLatitudeRef: "N", GPS.GPSLatitude: (47.0, 11.0, 47.1147), GPS.GPSProcessingMethod: PLACE.encode()}
    )
    return tags.tobytes()


async def classify_and_keep(server, ticket, data: bytes) -> Path:
    """Classify ``data`` with consent and return the path of the kept photo."""
    async with authenticated_client(server, ticket) as client:
        answer = await client.classify(data, name="burrow", keep=True)
    return await wait_for_photo(server, answer["id"])


@pytest.mark.parametrize("image_format", ["JPEG", "HEIC"])
async def test_neither_record_nor_kept_photo_nor_log_contains_the_place_of_the_photo(tmp_path, image_format):
    data = encoded(scene(), image_format, exif=exif_with_place())
    assert PLACE.encode() in data
    with running_server(tmp_path, LOG_LEVEL="DEBUG") as server:
        photo = await classify_and_keep(server, tickets.issue(OWNER, server.url), data)
        with Image.open(photo) as image:
            assert dict(image.getexif()) == {}
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert photo in files
    for path in files:
        assert PLACE.encode() not in path.read_bytes(), path
        assert b"47.11" not in path.read_bytes(), path
    assert not any(text in server.log[0] for text in (PLACE, "47.11", "GPS"))
