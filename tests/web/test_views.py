"""The upload page and its tickets. pytest-django denies the database to tests that do not request it."""

import gzip
import json
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from classifier.websocket import tickets
from tests.web.conftest import get_attribute


@pytest.fixture
def page(client):
    return client.get("/")


@pytest.fixture
def csrf_client():
    """Client that needs a CSRF token, like a browser."""
    return Client(enforce_csrf_checks=True)


def test_the_upload_page_needs_no_database(page):
    assert page.status_code == 200
    assert "Which animal is this?" in page.content.decode()


def test_the_upload_page_is_never_cached_because_it_contains_a_ticket(page):
    assert page["Cache-Control"] == "no-store"


def test_the_ticket_in_the_page_is_bound_to_its_owner_and_origin(page):
    ticket = tickets.read(get_attribute(page, "ticket"))
    assert ticket.origin == "http://testserver"
    assert ticket.owner.version == 4


def test_the_websocket_url_has_the_host_and_the_security_of_the_page(client):
    assert get_attribute(client.get("/"), "socket-url") == "ws://testserver/ws/classify"
    assert get_attribute(client.get("/", secure=True), "socket-url") == "wss://testserver/ws/classify"


def test_the_websocket_url_has_the_host_of_backend_ws_url(client, settings):
    settings.BACKEND_WS_URL = "wss://backend.example"
    assert get_attribute(client.get("/"), "socket-url") == "wss://backend.example/ws/classify"


def test_the_compressed_page_contains_nothing_of_its_url(client):
    page = client.get("/?guess=4711", headers={"Accept-Encoding": "gzip"})
    assert page["Content-Encoding"] == "gzip"
    assert len(page.content) < 6_000
    assert "4711" not in gzip.decompress(page.content).decode()


def test_a_new_ticket_needs_a_csrf_token(csrf_client):
    token = get_attribute(csrf_client.get("/"), "csrf-token")
    assert csrf_client.post("/ticket").status_code == 403
    response = csrf_client.post("/ticket", headers={"X-CSRFToken": token})
    fields = json.loads(response.content)
    assert tickets.read(fields["ticket"]).origin == "http://testserver"
    assert (fields["expires_in"], fields["url"]) == (tickets.LIFETIME_S, "ws://testserver/ws/classify")


def test_get_requests_receive_no_ticket(client):
    assert client.get("/ticket").status_code == 405


def test_the_content_security_policy_allows_no_inline_script_or_style(page):
    policy = page["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_photos_are_resized_in_a_worker_of_the_pages_own_origin(page):
    assert "worker-src 'self'" in page["Content-Security-Policy"]
    assert get_attribute(page, "resize-worker-url") == "/static/js/photo/resize-worker.js"


def collect_imports(module: Path) -> set[Path]:
    """Return the modules that the browser needs before it can run ``module``, without those imported on demand."""
    modules = {module}
    for path in re.findall(r'^(?:import|export)\b[^;]*?"(\.[^"]+)";', module.read_text(), re.MULTILINE):
        modules |= collect_imports((module.parent / path).resolve())
    return modules


def test_the_page_preloads_every_module_that_its_script_imports(page):
    source = settings.BASE_DIR / "static/js"
    upload = source / "pages/upload.js"
    imported = {path.relative_to(source).as_posix() for path in collect_imports(upload) - {upload}}
    preloaded = re.findall(r'"modulepreload" href="/static/js/([^"]+)"', page.content.decode())
    assert sorted(preloaded) == sorted(imported)


def test_the_page_has_no_inline_script_or_style(page):
    html = page.content.decode()
    assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:", html)
    assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", html))


def test_the_page_states_the_limits_of_the_model_and_what_the_server_stores(page):
    html = " ".join(page.content.decode().split())
    assert "398 kinds of animal, but no people" in html
    assert "It stores the photo only if you tick “Keep this photo”" in html


@pytest.mark.django_db
def test_every_link_of_the_page_works(client, page):
    for match in re.findall(r'href="(/[^"]*)"|data-example-url="([^"]*)"', page.content.decode()):
        path = "".join(match).replace("&amp;", "&")
        assert path.startswith(f"/{settings.STATIC_URL.strip('/')}/") or client.get(path).status_code == 200, path
