"""Where a photo was taken stays nobody's knowledge: files that come with their metadata leave none of it behind."""

import asyncio

import pytest
from PIL import Image
from PIL.ExifTags import GPS, IFD, Base

from classifier.websocket import tickets
from tests.classifier.photos import encoded, scene
from tests.classifier.records import OWNER, written
from tests.server_process import running_server
from tests.websocket_client import authenticated_client

PLACE = "secret-burrow-4711"


def taken_somewhere() -> bytes:
    """EXIF with a place in words, and in degrees with unlikely digits."""
    tags = Image.Exif()
    tags[Base.ImageDescription] = PLACE
    tags.get_ifd(IFD.GPSInfo).update(
        {GPS.GPSLatitudeRef: "N", GPS.GPSLatitude: (47.0, 11.0, 47.1147), GPS.GPSProcessingMethod: PLACE.encode()}
    )
    return tags.tobytes()


async def kept(server, ticket, picture):
    """The photo that is kept of ``picture``."""
    async with authenticated_client(server, ticket) as client:
        answer = await client.classify(picture, name="burrow", keep=True)
    async with asyncio.timeout(10):
        while not (photo := (await written(server, answer["id"]))[0][1]):
            await asyncio.sleep(0.01)
    return server.data_dir / "media" / photo


@pytest.mark.parametrize("name", ["JPEG", "HEIC"])
async def test_of_a_file_with_its_place_neither_row_nor_photo_nor_log_has_it(tmp_path, name):
    picture = encoded(scene(), name, exif=taken_somewhere())
    assert PLACE.encode() in picture
    with running_server(tmp_path, LOG_LEVEL="DEBUG") as server:
        photo = await kept(server, tickets.issue(OWNER, server.url), picture)
        with Image.open(photo) as image:
            assert dict(image.getexif()) == {}
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert photo in files
    for path in files:
        assert PLACE.encode() not in path.read_bytes(), path
        assert b"47.11" not in path.read_bytes(), path
    assert not any(place in server.log[0] for place in (PLACE, "47.11", "GPS"))
