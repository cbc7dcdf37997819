"""Client that reconnects and sends its unanswered photos again, as the upload page does."""

import asyncio
import ssl
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from typing import Any
from uuid import uuid4

from websockets.asyncio.client import connect
from websockets.exceptions import InvalidHandshake, WebSocketException
from websockets.typing import Subprotocol

from infrastructure.local.stack import BACKEND_HOST, Stack
from tests.websocket_client import WebSocketClient

#: A job may be sent to its first server, and again for each server that shuts down before it answers.
MAX_ATTEMPTS = 5
RECONNECT_DELAY_S = 0.2


@dataclass
class RetryingClient:
    """Sends photos through a stack's reverse proxy; ``answers`` by job id, error codes and close codes as received."""

    stack: Stack
    ticket: str
    max_in_flight: int = 4
    answers: dict[str, dict[str, Any]] = field(default_factory=dict)
    error_codes: list[str] = field(default_factory=list)
    close_codes: list[int | None] = field(default_factory=list)
    attempts: dict[str, int] = field(default_factory=dict)
    unanswered: dict[str, bytes] = field(default_factory=dict)
    photos: Iterator[bytes] = field(default_factory=lambda: iter(()))

    async def classify_all(self, photos: Iterable[bytes], **fields: Any) -> None:
        """Return when each photo has its answer. Raises ``AssertionError`` for a photo that stays unanswered."""
        self.photos = iter(photos)
        while self._take_photos():
            with suppress(OSError, InvalidHandshake, WebSocketException):
                async with self._connect() as connection:
                    await self._classify_over(WebSocketClient(connection, should_validate=False), fields)
            await asyncio.sleep(RECONNECT_DELAY_S if self.unanswered else 0)

    async def classify_until(self, is_over: Callable[[], bool], photo: bytes, **fields: Any) -> None:
        """Send the same photo until ``is_over()``, then wait for the last answers."""
        await self.classify_all(iter(lambda: b"" if is_over() else photo, b""), **fields)

    def _take_photos(self) -> bool:
        free = self.max_in_flight - len(self.unanswered)
        self.unanswered |= {str(uuid4()): photo for photo in islice(self.photos, free)}
        return bool(self.unanswered)

    def _connect(self) -> connect:
        return connect(
            self.stack.socket_url,
            subprotocols=[Subprotocol("classify.v1")],
            ssl=ssl.create_default_context(cafile=self.stack.certificate),
            max_size=None,
            host="127.0.0.1",  # only browsers resolve names under .localhost
            port=self.stack.port,
            server_hostname=BACKEND_HOST,
        )

    async def _classify_over(self, client: WebSocketClient, fields: dict[str, Any]) -> None:
        greeting = await client.authenticate(self.ticket)
        if greeting.get("code") == "server.draining":
            return  # the next connection may reach another backend
        assert greeting["type"] == "hello", greeting
        in_flight: set[str] = set()
        try:
            while self._take_photos():
                await self._send_photos(client, in_flight, fields)
                self._record(await client.receive(), in_flight)
        finally:
            self.close_codes.append(client.connection.close_code)

    async def _send_photos(self, client: WebSocketClient, in_flight: set[str], fields: dict[str, Any]) -> None:
        unsent = [job for job in self.unanswered if job not in in_flight]
        for job in unsent[: self.max_in_flight - len(in_flight)]:
            self.attempts[job] = self.attempts.get(job, 0) + 1
            assert self.attempts[job] <= MAX_ATTEMPTS, f"job {job} is lost: {self.error_codes}"
            in_flight.add(job)
            await client.send_photo(self.unanswered[job], job=job, **fields)

    def _record(self, message: dict[str, Any], in_flight: set[str]) -> None:
        if message["type"] == "result":
            self.answers[message["id"]] = message
            del self.unanswered[message["id"]]
            in_flight.discard(message["id"])
        elif message["type"] == "error":
            self.error_codes.append(message["code"])
            # The job stays unanswered and is sent over the next connection: a draining server closes this one soon.
            assert message["code"] == "server.draining", message
