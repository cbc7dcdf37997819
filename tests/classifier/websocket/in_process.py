"""WebSocket connections to a consumer in this process, with the interface of ``tests.websocket_client``."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from channels.consumer import AsyncConsumer
from channels.testing import WebsocketCommunicator

from classifier.websocket.consumer import ClassifyConsumer
from tests.websocket_client import WebSocketClient

TIMEOUT_S = 10


class ConnectionClosedByServerError(Exception):
    """The server closed the connection while the test waited for a message."""


class InProcessConnection:
    """The part of a ``websockets`` connection that tests use."""

    def __init__(self, communicator: WebsocketCommunicator) -> None:
        self.communicator = communicator
        self.close_code: int | None = None

    async def send(self, data: str | bytes) -> None:
        kind = "text" if isinstance(data, str) else "bytes"
        await self.communicator.send_input({"type": "websocket.receive", kind: data})

    async def recv(self) -> str:
        event = await self.communicator.receive_output(TIMEOUT_S)
        if event["type"] == "websocket.close":
            self.close_code = event["code"]
            raise ConnectionClosedByServerError(event["code"])
        text: str = event["text"]
        return text

    async def __aiter__(self) -> AsyncIterator[str]:
        while self.close_code is None:
            try:
                yield await self.recv()
            except ConnectionClosedByServerError:
                return


@asynccontextmanager
async def connected_client(
    consumer: type[AsyncConsumer] = ClassifyConsumer, *, address: str = "192.0.2.1", **headers: str
) -> AsyncIterator[WebSocketClient]:
    """Open a connection to ``consumer`` that has not sent a message yet. ``headers`` are those of the handshake."""
    encoded = [(name.encode(), value.encode()) for name, value in headers.items()]
    communicator = WebsocketCommunicator(consumer.as_asgi(), "/", headers=encoded, subprotocols=["classify.v1"])
    communicator.scope["client"] = (address, 50_000)
    connection = InProcessConnection(communicator)
    await communicator.connect(TIMEOUT_S)
    try:
        yield WebSocketClient(connection)  # type: ignore[arg-type]
    finally:
        if not communicator.future.done():
            await communicator.disconnect(timeout=TIMEOUT_S)


@asynccontextmanager
async def authenticated_client(ticket: str, **options: Any) -> AsyncIterator[WebSocketClient]:
    """Open a connection and authenticate it."""
    async with connected_client(**options) as client:
        assert (await client.authenticate(ticket))["type"] == "hello"
        yield client
