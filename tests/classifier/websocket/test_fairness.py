"""One who sends hundreds of photos and one who sends a single one, on a real server with one worker."""

import asyncio
from uuid import uuid4

import pytest

from classifier.websocket import tickets
from tests.server_process import running_server
from tests.websocket_client import authenticated_client

SOCKETS, PHOTOS_EACH, IN_FLIGHT = 25, 20, 4


@pytest.fixture(scope="module")
def busy(tmp_path_factory):
    with running_server(tmp_path_factory.mktemp("busy"), ROLE="backend", WORKERS="1", MAX_WAITING="60") as server:
        yield server


class ConnectionCounter:
    """One owner who keeps as many photos in flight as the server lets it: 500 over 25 lines."""

    def __init__(self, server, picture: bytes) -> None:
        self.server, self.picture = server, picture
        self.ticket = tickets.issue(uuid4(), server.url)
        self.views: list[str] = []
        self.refusals: list[dict] = []
        self.is_large = asyncio.Event()

    async def ask(self) -> None:
        await asyncio.gather(*(self._over_one_line() for _ in range(SOCKETS)))

    async def _over_one_line(self) -> None:
        async with authenticated_client(self.server, self.ticket) as client:
            client.should_validate = False
            for _ in range(IN_FLIGHT):
                await self._send(client)
            for heard in range(1, PHOTOS_EACH + 1):
                self._note(await client.receive())
                if heard <= PHOTOS_EACH - IN_FLIGHT:
                    await self._send(client)

    async def _send(self, client) -> None:
        await client.send_classify(len(self.picture))
        await client.connection.send(self.picture)

    def _note(self, message: dict) -> None:
        if message["type"] == "result":
            self.views.append(message["views"])
        else:
            self.refusals.append(message)
            self.is_large.set()  # there is no place left


async def test_500_photos_of_one_do_not_starve_anothers_single_one(busy, photos):
    picture = (photos / "chelsea.png").read_bytes()
    connection_counter = ConnectionCounter(busy, picture)
    asking = asyncio.create_task(connection_counter.ask())
    await asyncio.wait_for(connection_counter.is_large.wait(), 60)
    async with authenticated_client(busy, tickets.issue(uuid4(), busy.url)) as client:
        places = []
        for _ in range(3):
            await client.send_classify(len(picture))
            await client.connection.send(picture)
            while (message := await client.receive_any())["type"] == "queued":
                places.append(message["position"])
            assert message["type"] == "result"
            assert message["timings"]["queue_ms"] < 1000
    assert max(places) <= 2
    await asking
    assert len(connection_counter.views) + len(connection_counter.refusals) == SOCKETS * PHOTOS_EACH
    assert {refusal["code"] for refusal in connection_counter.refusals} == {"server.overloaded"}
    assert min(refusal["retry_after"] for refusal in connection_counter.refusals) >= 1


async def test_under_load_best_becomes_fast_and_says_so_and_alone_it_stays_best(busy, photos):
    picture = (photos / "chelsea.png").read_bytes()
    connection_counter = ConnectionCounter(busy, picture)
    await connection_counter.ask()
    assert "fast" in connection_counter.views
    async with authenticated_client(busy, connection_counter.ticket) as client:
        assert (await client.classify(picture))["views"] == "best"
