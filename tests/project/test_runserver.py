"""``runserver`` as one process and as two roles: it accepts a photo above daphne's default limit of 1 MiB."""

import html
import io
import re
import urllib.request
from contextlib import contextmanager

import pytest
from PIL import Image

from infrastructure.local.servers import free_port
from tests.server_process import RunningServer, running_server
from tests.websocket_client import authenticated_client

pytestmark = pytest.mark.process


@pytest.fixture(scope="module")
def five_megabytes() -> bytes:
    buffer = io.BytesIO()
    Image.effect_noise((2600, 2600), 120).convert("RGB").save(buffer, "JPEG", quality=95)
    assert 5_000_000 < len(buffer.getvalue()) < 10_000_000
    return buffer.getvalue()


@contextmanager
def runserver(folder, **variables: str):
    program = ("manage.py", "runserver", "--noreload", f"127.0.0.1:{free_port()}")
    with running_server(folder, program=program, **{"DEBUG": "1", **variables}) as server:
        yield server


def read_ticket(server: RunningServer) -> str:
    """Return the ticket in the page's HTML."""
    with urllib.request.urlopen(server.url, timeout=10) as response:
        match = re.search(r'data-ticket="([^"]+)"', response.read().decode())
    assert match
    return html.unescape(match[1])


async def test_runserver_accepts_a_photo_of_5_mb(tmp_path, five_megabytes):
    with runserver(tmp_path) as server:
        async with authenticated_client(server, read_ticket(server), origin=server.url) as client:
            assert (await client.classify(five_megabytes))["type"] == "result"


async def test_two_roles_under_runserver_accept_a_photo_of_5_mb(tmp_path, five_megabytes):
    port = free_port()  # fixed, because the backend needs the frontend's origin before the frontend starts
    origin = f"http://127.0.0.1:{port}"
    program = ("manage.py", "runserver", "--noreload", f"127.0.0.1:{port}")
    with runserver(tmp_path, ROLE="backend", FRONTEND_ORIGINS=origin) as backend:
        backend_url = backend.url.replace("http", "ws")
        with running_server(
            tmp_path, program=program, ROLE="frontend", DEBUG="1", BACKEND_WS_URL=backend_url
        ) as frontend:
            async with authenticated_client(backend, read_ticket(frontend), origin=origin) as client:
                assert (await client.classify(five_megabytes))["type"] == "result"
