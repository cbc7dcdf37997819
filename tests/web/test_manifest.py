"""Web app manifest."""

import re

import pytest
from django.conf import settings
from PIL import Image

from web.manifest import PAPER


@pytest.fixture
def manifest(client):
    return client.get("/manifest.webmanifest")


def test_the_page_links_to_its_manifest_and_to_icons_that_exist(client):
    html = client.get("/").content.decode()
    assert '<link rel="manifest" href="/manifest.webmanifest" crossorigin="use-credentials">' in html
    for path in re.findall(r'rel="(?:icon|apple-touch-icon)"[^>]* href="/static/([^"]+)"', html):
        assert (settings.BASE_DIR / "static" / path).exists()


def test_the_manifest_makes_the_page_installable(manifest):
    assert manifest["Content-Type"] == "application/manifest+json"
    fields = manifest.json()
    assert (fields["start_url"], fields["scope"], fields["display"]) == ("/", "/", "standalone")
    assert len(fields["short_name"]) <= 12


def test_each_icon_has_the_size_that_the_manifest_declares(manifest):
    icons = [icon for icon in manifest.json()["icons"] if icon["type"] == "image/png"]
    assert {icon["purpose"] for icon in icons} == {"any", "maskable"}
    for icon in icons:
        with Image.open(settings.BASE_DIR / icon["src"].lstrip("/")) as image:
            assert f"{image.width}x{image.height}" == icon["sizes"]


def test_the_manifest_is_in_the_language_of_the_browser(client):
    fields = client.get("/manifest.webmanifest", headers={"Accept-Language": "de"}).json()
    assert (fields["lang"], fields["name"]) == ("de", "Ist das ein Eichhörnchen?")


def test_caches_separate_the_manifest_by_language(manifest):
    assert {"Accept-Language", "Cookie"} <= {name.strip() for name in manifest["Vary"].split(",")}


def test_the_manifest_has_the_background_colour_of_the_page():
    assert f"--paper: light-dark({PAPER}" in (settings.BASE_DIR / "static/css/tokens.css").read_text()
