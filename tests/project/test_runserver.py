"""``runserver`` as one process and as two roles: it accepts a photo above daphne's default limit of 1 MiB."""

import io
from contextlib import contextmanager

import pytest
from PIL import Image

from infrastructure.local.servers import free_port
from tests.bench.client import get_ticket
from tests.server_process import running_server
from tests.websocket_client import authenticated_client

pytestmark = pytest.mark.process


@pytest.fixture(scope="module")
def five_megabytes() -> bytes:
    buffer = io.BytesIO()
    Image.effect_noise((2600, 2600), 120).convert("RGB").save(buffer, "JPEG", quality=95)
    assert 5_000_000 < len(buffer.getvalue()) < 10_000_000
    return buffer.getvalue()


@contextmanager
def runserver(folder, *, port: int = 0, **variables: str):
    program = ("manage.py", "runserver", "--noreload", f"127.0.0.1:{port or free_port()}")
    with running_server(folder, program=program, **{"DEBUG": "1", **variables}) as server:
        yield server


async def test_runserver_accepts_a_photo_of_5_mb(tmp_path, five_megabytes):
    with runserver(tmp_path) as server:
        async with authenticated_client(server, get_ticket(server.url).text, origin=server.url) as client:
            assert (await client.classify(five_megabytes))["type"] == "result"


async def test_two_roles_under_runserver_accept_a_photo_of_5_mb(tmp_path, five_megabytes):
    port = free_port()  # fixed, because the backend needs the frontend's origin before the frontend starts
    origin = f"http://127.0.0.1:{port}"
    with runserver(tmp_path, ROLE="backend", FRONTEND_ORIGINS=origin) as backend:
        backend_url = backend.url.replace("http", "ws")
        with runserver(tmp_path, port=port, ROLE="frontend", BACKEND_WS_URL=backend_url) as frontend:
            ticket = get_ticket(frontend.url).text
            async with authenticated_client(backend, ticket, origin=origin) as client:
                assert (await client.classify(five_megabytes))["type"] == "result"
