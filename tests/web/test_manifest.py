"""The page on a phone's home screen."""

import re

import pytest
from django.conf import settings
from PIL import Image

from web.manifest import PAPER


@pytest.fixture
def manifest(client):
    return client.get("/manifest.webmanifest")


def test_the_page_names_its_manifest_and_icons(client):
    html = client.get("/").content.decode()
    assert '<link rel="manifest" href="/manifest.webmanifest" crossorigin="use-credentials">' in html
    for path in re.findall(r'rel="(?:icon|apple-touch-icon)"[^>]* href="/static/([^"]+)"', html):
        assert (settings.BASE_DIR / "static" / path).exists()


def test_it_can_be_installed(manifest):
    assert manifest["Content-Type"] == "application/manifest+json"
    fields = manifest.json()
    assert (fields["start_url"], fields["scope"], fields["display"]) == ("/", "/", "standalone")
    assert len(fields["short_name"]) <= 12


def test_each_icon_is_as_large_as_it_says(manifest):
    pictures = [icon for icon in manifest.json()["icons"] if icon["type"] == "image/png"]
    assert {icon["purpose"] for icon in pictures} == {"any", "maskable"}
    for icon in pictures:
        with Image.open(settings.BASE_DIR / icon["src"].lstrip("/")) as image:
            assert f"{image.width}x{image.height}" == icon["sizes"]


def test_it_speaks_the_readers_language(client):
    fields = client.get("/manifest.webmanifest", headers={"Accept-Language": "de"}).json()
    assert (fields["lang"], fields["name"]) == ("de", "Ist das ein Eichhörnchen?")


def test_no_cache_gives_it_to_a_reader_of_another_language(manifest):
    assert {"Accept-Language", "Cookie"} <= {name.strip() for name in manifest["Vary"].split(",")}


def test_its_colour_is_the_pages_paper():
    assert f"--paper: light-dark({PAPER}" in (settings.BASE_DIR / "static/css/tokens.css").read_text()
