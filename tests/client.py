"""A program that speaks the protocol, with nothing of the product's own code in it."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosedError

from tests import asyncapi
from tests.running import Running


@dataclass(slots=True)
class Client:
    """One socket."""

    line: ClientConnection
    checks: bool = True

    async def say(self, **message: Any) -> None:
        await self.line.send(json.dumps(message))

    async def hear(self) -> dict[str, Any]:
        """The next message that is no news of the queue."""
        while (message := await self.hear_any())["type"] == "queued":
            pass
        return message

    async def hear_any(self) -> dict[str, Any]:
        """The next message, which must be one of the AsyncAPI document's."""
        message: dict[str, Any] = json.loads(await self.line.recv())
        if self.checks:
            asyncapi.check(message)
        return message

    async def announce(self, size: int, *, job: str = "", **fields: Any) -> str:
        """Sends ``classify`` without its frame; the job's id."""
        job = job or str(uuid4())
        await self.say(**{"type": "classify", "id": job, "size": size, **fields})
        return job

    async def classify(self, picture: bytes, **fields: Any) -> dict[str, Any]:
        """The answer, or the error, to one picture."""
        await self.announce(len(picture), **fields)
        await self.line.send(picture)
        return await self.hear()

    async def closing_code(self) -> int | None:
        """Hears the rest, until the server closes; its code."""
        with suppress(ConnectionClosedError):
            async for _ in self.line:
                pass
        return self.line.close_code


@asynccontextmanager
async def connected(server: Running, **options: Any) -> AsyncIterator[Client]:
    """A socket that has said nothing yet."""
    subprotocols = options.pop("subprotocols", ["classify.v1"])
    async with connect(server.socket_url, subprotocols=subprotocols, max_size=None, **options) as line:
        yield Client(line)


@asynccontextmanager
async def authenticated(server: Running, ticket: str, **options: Any) -> AsyncIterator[Client]:
    """A socket that has said hello."""
    async with connected(server, **options) as client:
        await client.say(type="authenticate", ticket=ticket)
        assert (await client.hear())["type"] == "hello"
        yield client
