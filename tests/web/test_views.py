"""The pages, without a database: pytest-django refuses it to a test that does not ask for it."""

import gzip
import json
import re

import pytest
from django.conf import settings
from django.test import Client

from classifier import tickets


@pytest.fixture
def page(client):
    return client.get("/")


@pytest.fixture
def strict():
    """A browser that must prove that a form is ours."""
    return Client(enforce_csrf_checks=True)


def attribute(response, name):
    found = re.search(rf'data-{name}="([^"]*)"', response.content.decode())
    assert found, name
    return found[1]


def test_the_page_needs_no_database(page):
    assert page.status_code == 200
    assert "Which animal is this?" in page.content.decode()


def test_the_page_is_never_stored_for_it_holds_a_ticket(page):
    assert page["Cache-Control"] == "no-store"


def test_the_ticket_in_the_page_is_the_browsers_and_for_its_origin(page):
    ticket = tickets.read(attribute(page, "ticket"))
    assert ticket.origin == "http://testserver"
    assert ticket.owner.version == 4


def test_the_socket_is_on_the_pages_own_host_and_as_secure_as_the_page(client):
    assert attribute(client.get("/"), "socket-url") == "ws://testserver/ws/classify"
    assert attribute(client.get("/", secure=True), "socket-url") == "wss://testserver/ws/classify"


def test_a_backend_elsewhere_is_named_in_the_page(client, settings):
    settings.BACKEND_WS_URL = "wss://backend.example"
    assert attribute(client.get("/"), "socket-url") == "wss://backend.example/ws/classify"


def test_the_page_is_compressed_and_repeats_nothing_of_its_address(client):
    page = client.get("/?guess=4711", headers={"Accept-Encoding": "gzip"})
    assert page["Content-Encoding"] == "gzip"
    assert len(page.content) < 6_000
    assert "4711" not in gzip.decompress(page.content).decode()


def test_a_new_ticket_comes_only_to_a_page_of_ours(strict):
    token = attribute(strict.get("/"), "csrf-token")
    assert strict.post("/ticket").status_code == 403
    response = strict.post("/ticket", headers={"X-CSRFToken": token})
    fields = json.loads(response.content)
    assert tickets.read(fields["ticket"]).origin == "http://testserver"
    assert (fields["expires_in"], fields["url"]) == (tickets.LIFETIME_S, "ws://testserver/ws/classify")


def test_a_ticket_is_not_to_be_had_by_get(client):
    assert client.get("/ticket").status_code == 405


def test_the_policy_allows_no_inline_script_or_style(page):
    policy = page["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_photos_are_made_ready_in_a_worker_of_the_pages_own(page):
    assert "worker-src 'self'" in page["Content-Security-Policy"]
    assert attribute(page, "resize-worker-url") == "/static/js/photo/resize-worker.js"


def test_every_module_is_loaded_beside_the_first(page):
    """Else it finds them one behind another. Those of a batch, of the camera and of an answer come when they are needed."""
    source = settings.BASE_DIR / "static/js"
    modules = {path.relative_to(source).as_posix() for path in source.rglob("*.js")}
    preloaded = set(re.findall(r'"modulepreload" href="/static/js/([^"]+)"', page.content.decode()))
    later = {name for name in modules if name.startswith(("batch/", "camera/", "history/", "pages/"))}
    later |= {
        "answer/feedback.js",
        "answer/heatmap.js",
        "answer/name-suggestions.js",
        "photo/resize-worker.js",
        "ui/theme.js",
    }
    assert preloaded == modules - later


def test_the_page_has_no_inline_script_or_style(page):
    html = page.content.decode()
    assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:", html)
    assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", html))


def test_the_page_says_its_limits_and_what_becomes_of_a_photo(page):
    html = " ".join(page.content.decode().split())
    assert f"{398} kinds of animal, no people" in html
    assert "the photo only if you tick “Keep this photo”" in html


@pytest.mark.django_db
def test_every_link_of_the_page_leads_somewhere(client, page):
    for address in re.findall(r'href="(/[^"]*)"|data-example="([^"]*)"', page.content.decode()):
        path = "".join(address).replace("&amp;", "&")
        assert path.startswith(f"/{settings.STATIC_URL.strip('/')}/") or client.get(path).status_code == 200, path
