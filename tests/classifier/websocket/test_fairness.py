"""Fair queue and load on a real server with one worker: an owner with hundreds of photos beside one with a few."""

import asyncio
from uuid import uuid4

import pytest

from classifier.websocket import tickets
from tests.server_process import running_server
from tests.websocket_client import WebSocketClient, authenticated_client

pytestmark = pytest.mark.process

CONNECTIONS, PHOTOS_EACH, IN_FLIGHT = 25, 20, 4


@pytest.fixture(scope="module")
def small_server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("fairness")
    with running_server(folder, ROLE="backend", WORKERS="1", MAX_WAITING="60") as server:
        yield server


class BusyOwner:
    """One owner who sends 500 photos over 25 connections, as many at a time as the server allows."""

    def __init__(self, server, photo: bytes) -> None:
        self.server, self.photo = server, photo
        self.ticket = tickets.issue(uuid4(), server.url)
        self.views: list[str] = []
        self.errors: list[dict] = []
        self.has_filled_queue = asyncio.Event()

    async def classify_all(self) -> None:
        await asyncio.gather(*(self._classify_over_one_connection() for _ in range(CONNECTIONS)))

    async def _classify_over_one_connection(self) -> None:
        async with authenticated_client(self.server, self.ticket) as client:
            client.should_validate = False
            for _ in range(IN_FLIGHT):
                await client.send_photo(self.photo)
            for received in range(1, PHOTOS_EACH + 1):
                self._note(await client.receive())
                if received <= PHOTOS_EACH - IN_FLIGHT:
                    await client.send_photo(self.photo)

    def _note(self, message: dict) -> None:
        if message["type"] == "result":
            self.views.append(message["views"])
        else:
            self.errors.append(message)
            self.has_filled_queue.set()


async def classify_and_collect_positions(client: WebSocketClient, photo: bytes) -> list[int]:
    """Classify one photo and return the queue positions that the server reported."""
    positions = []
    await client.send_photo(photo)
    while (message := await client.receive_any())["type"] == "queued":
        positions.append(message["position"])
    assert message["type"] == "result"
    assert message["timings"]["queue_ms"] < 1000
    return positions


async def test_500_photos_of_one_owner_do_not_delay_the_single_photo_of_another(small_server, chelsea):
    busy_owner = BusyOwner(small_server, chelsea)
    task = asyncio.create_task(busy_owner.classify_all())
    await asyncio.wait_for(busy_owner.has_filled_queue.wait(), 60)
    async with authenticated_client(small_server, tickets.issue(uuid4(), small_server.url)) as client:
        positions = [await classify_and_collect_positions(client, chelsea) for _ in range(3)]
    assert max(position for reported in positions for position in reported) <= 2
    await task
    assert len(busy_owner.views) + len(busy_owner.errors) == CONNECTIONS * PHOTOS_EACH
    assert {error["code"] for error in busy_owner.errors} == {"server.overloaded"}
    assert min(error["retry_after"] for error in busy_owner.errors) >= 1


async def test_best_becomes_fast_under_load_and_stays_best_without(small_server, chelsea):
    busy_owner = BusyOwner(small_server, chelsea)
    await busy_owner.classify_all()
    assert "fast" in busy_owner.views
    async with authenticated_client(small_server, busy_owner.ticket) as client:
        assert (await client.classify(chelsea))["views"] == "best"
