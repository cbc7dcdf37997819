"""The older contract, asked as its own clients ask: JSON, base64, no ticket."""

import base64
import json
import time
import urllib.request
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidStatus

from tests.server_process import running_server


@pytest.fixture
def chelsea(photos) -> str:
    return base64.b64encode((photos / "chelsea.png").read_bytes()).decode()


@dataclass
class Line:
    """One socket of an older client."""

    socket: ClientConnection

    async def __call__(self, **message):
        await self.socket.send(json.dumps(message))
        return json.loads(await self.socket.recv())


@asynccontextmanager
async def line(server):
    async with connect(server.url.replace("http", "ws") + "/ws", max_size=None) as socket:
        yield Line(socket)


async def test_a_data_url_gets_the_five_best_with_true_scores(server, chelsea):
    async with line(server) as ask:
        answer = await ask(image=f"data:image/png;base64,{chelsea}", threshold=0.0)
    assert (answer["total_predictions"], answer["filtered_predictions"]) == (5, 5)
    assert answer["predictions"][0]["label"] == "Egyptian_cat"
    assert answer["predictions"][0]["score"] == pytest.approx(0.47, abs=0.05)


async def test_the_threshold_is_counted_before_and_after(server, chelsea):
    async with line(server) as ask:
        answer = await ask(image=chelsea, threshold=0.2)
    assert (answer["total_predictions"], answer["filtered_predictions"]) == (5, 2)
    assert len(answer["predictions"]) == 2


async def test_answers_come_in_the_order_of_the_requests(server, chelsea):
    async with line(server) as ask:
        for image in (chelsea, "bm8=", chelsea):
            await ask.socket.send(json.dumps({"image": image, "threshold": 0}))
        heard = [json.loads(await ask.socket.recv()) for _ in range(3)]
    assert ["error" in message for message in heard] == [False, True, False]


@pytest.mark.parametrize(
    "message", [{}, {"image": 1}, {"image": "%%%"}, {"image": ""}, {"image": "bm8=", "threshold": 2}]
)
async def test_what_cannot_be_read_is_an_error_and_the_socket_lives(server, chelsea, message):
    async with line(server) as ask:
        assert set(await ask(**message)) == {"error"}
        assert "predictions" in await ask(image=chelsea)


async def test_a_picture_over_the_limit_is_an_error(server):
    async with line(server) as ask:
        too_large = base64.b64encode(bytes(10 * 1024 * 1024 + 1)).decode()
        assert "too large" in (await ask(image=too_large))["error"]


async def test_more_at_once_than_are_taken_is_an_error(server, chelsea, large):
    async with line(server) as ask:
        for image in (base64.b64encode(large).decode(), *[chelsea] * 5):
            await ask.socket.send(json.dumps({"image": image}))
        heard = [json.loads(await ask.socket.recv()) for _ in range(6)]
    assert len([message for message in heard if "error" in message]) == 3


async def test_json_that_would_hold_everybody_up_is_refused_at_once(server):
    async with line(server) as ask:
        await ask.socket.send("[" + "[]," * 4_000_000 + "[]]")
        began = time.monotonic()
        assert "too deep" in json.loads(await ask.socket.recv())["error"]
        assert time.monotonic() - began < 1


async def test_an_address_that_asks_too_often_is_told_to_wait(tmp_path):
    with running_server(tmp_path, ROLE="backend", ADDRESS_RATE="1") as server:
        async with line(server) as ask:
            await ask.socket.send("{}")
            await ask.socket.recv()
            await ask.socket.send("{}")
            assert "wait a moment" in json.loads(await ask.socket.recv())["error"]


def test_health_says_what_the_older_monitoring_asks(server):
    with urllib.request.urlopen(f"{server.url}/health", timeout=10) as answer:
        assert json.load(answer) == {"status": "healthy", "model_loaded": True, "allowed_origins": []}


async def test_it_can_be_turned_off(tmp_path):
    with running_server(tmp_path, ROLE="backend", LEGACY_SOCKET="0") as server:
        with pytest.raises(InvalidStatus):
            await connect(server.url.replace("http", "ws") + "/ws")
