"""``runserver``, alone and as two roles, takes what ``serve`` takes: a photo over daphne's own limit of 1 MiB."""

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


@pytest.fixture(scope="module")
def five_megabytes() -> bytes:
    out = io.BytesIO()
    Image.effect_noise((2600, 2600), 120).convert("RGB").save(out, "JPEG", quality=95)
    assert 5_000_000 < len(out.getvalue()) < 10_000_000
    return out.getvalue()


@contextmanager
def runserver(folder, **variables: str):
    program = ("manage.py", "runserver", "--noreload", f"127.0.0.1:{free_port()}")
    with running_server(folder, program=program, **{"DEBUG": "1", **variables}) as server:
        yield server


def ticket_of(page: RunningServer) -> str:
    """The ticket that stands in the page, as its script reads it."""
    with urllib.request.urlopen(page.url, timeout=10) as answer:
        found = re.search(r'data-ticket="([^"]+)"', answer.read().decode())
    assert found
    return html.unescape(found[1])


async def test_runserver_takes_a_photo_of_5_mb(tmp_path, five_megabytes):
    with runserver(tmp_path) as server:
        async with authenticated_client(server, ticket_of(server), origin=server.url) as client:
            assert (await client.classify(five_megabytes))["type"] == "result"


async def test_two_roles_take_a_photo_of_5_mb(tmp_path, five_megabytes):
    """The frontend's own origin has to be known before it starts: that is what a fixed port is for."""
    port = free_port()
    origin = f"http://127.0.0.1:{port}"
    program = ("manage.py", "runserver", "--noreload", f"127.0.0.1:{port}")
    with runserver(tmp_path, ROLE="backend", FRONTEND_ORIGINS=origin) as backend:
        address = backend.url.replace("http", "ws")
        with running_server(tmp_path, program=program, ROLE="frontend", DEBUG="1", BACKEND_WS_URL=address) as frontend:
            async with authenticated_client(backend, ticket_of(frontend), origin=origin) as client:
                assert (await client.classify(five_megabytes))["type"] == "result"
