"""WebSocket client for the classify protocol that uses no code of the product."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosedError

from tests import asyncapi
from tests.server_process import RunningServer


@dataclass(slots=True)
class WebSocketClient:
    """One connection. ``should_validate`` checks each received message against the AsyncAPI document."""

    connection: ClientConnection
    should_validate: bool = True

    async def send(self, **message: Any) -> None:
        await self.connection.send(json.dumps(message))

    async def receive(self) -> dict[str, Any]:
        """Return the next message other than ``queued``."""
        while (message := await self.receive_any())["type"] == "queued":
            pass
        return message

    async def receive_any(self) -> dict[str, Any]:
        message: dict[str, Any] = json.loads(await self.connection.recv())
        if self.should_validate:
            asyncapi.check(message)
        return message

    async def send_classify(self, size: int, *, job: str = "", **fields: Any) -> str:
        """Send the ``classify`` message without the photo, and return the job's id."""
        job = job or str(uuid4())
        await self.send(**{"type": "classify", "id": job, "size": size, **fields})
        return job

    async def classify(self, photo: bytes, **fields: Any) -> dict[str, Any]:
        """Return the ``result`` or ``error`` message of one photo."""
        await self.send_photo(photo, **fields)
        return await self.receive()

    async def send_photo(self, photo: bytes, **fields: Any) -> str:
        """Send the ``classify`` message and the photo, and return the job's id."""
        job = await self.send_classify(len(photo), **fields)
        await self.connection.send(photo)
        return job

    async def authenticate(self, ticket: str) -> dict[str, Any]:
        """Send the ticket and return the answer."""
        await self.send(type="authenticate", ticket=ticket)
        return await self.receive()

    async def wait_for_close(self) -> int | None:
        """Discard messages until the server closes the connection, and return the close code."""
        with suppress(ConnectionClosedError):
            async for _ in self.connection:
                pass
        return self.connection.close_code


@asynccontextmanager
async def connected_client(server: RunningServer, **options: Any) -> AsyncIterator[WebSocketClient]:
    """Open a connection that has not sent a message yet."""
    subprotocols = options.pop("subprotocols", ["classify.v1"])
    async with connect(server.socket_url, subprotocols=subprotocols, max_size=None, **options) as connection:
        yield WebSocketClient(connection)


@asynccontextmanager
async def authenticated_client(server: RunningServer, ticket: str, **options: Any) -> AsyncIterator[WebSocketClient]:
    """Open a connection and authenticate it."""
    async with connected_client(server, **options) as client:
        assert (await client.authenticate(ticket))["type"] == "hello"
        yield client
