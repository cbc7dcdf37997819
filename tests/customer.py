"""A program that wants its answers, whatever becomes of servers: it goes on over a new line, as the page does."""

import asyncio
import json
import ssl
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from typing import Any
from uuid import uuid4

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidHandshake, WebSocketException
from websockets.typing import Subprotocol

from infrastructure.local.stack import BACKEND_HOST, Stack

#: How often a job is sent at most: to its first server, and past those that end under it.
MAX_SENT = 5
AGAIN_AFTER_S = 0.2


@dataclass
class Customer:
    """Sends pictures through a stack's front door; ``answers`` by job, ``refusals`` as they came."""

    stack: Stack
    ticket: str
    in_flight: int = 4
    answers: dict[str, dict[str, Any]] = field(default_factory=dict)
    refusals: list[str] = field(default_factory=list)
    closes: list[int | None] = field(default_factory=list)
    sent: dict[str, int] = field(default_factory=dict)
    waiting: dict[str, bytes] = field(default_factory=dict)
    supply: Iterator[bytes] = field(default_factory=lambda: iter(()))

    async def ask(self, pictures: Iterable[bytes], **fields: Any) -> None:
        """Returns when each picture has its answer. Raises ``AssertionError`` for one that is lost."""
        self.supply = iter(pictures)
        while self._stock_up():
            with suppress(OSError, InvalidHandshake, WebSocketException):
                async with self._line() as line:
                    await self._ask_over(line, fields)
            await asyncio.sleep(AGAIN_AFTER_S if self.waiting else 0)

    def _stock_up(self) -> bool:
        """Takes as many pictures as may be in flight; whether there are any."""
        self.waiting |= {str(uuid4()): picture for picture in islice(self.supply, self.in_flight - len(self.waiting))}
        return bool(self.waiting)

    def _line(self) -> connect:
        trust = ssl.create_default_context(cafile=self.stack.certificate)
        return connect(
            self.stack.socket_url,
            subprotocols=[Subprotocol("classify.v1")],
            ssl=trust,
            max_size=None,
            host="127.0.0.1",  # the name is one that only browsers know
            port=self.stack.port,
            server_hostname=BACKEND_HOST,
        )

    async def _ask_over(self, line: ClientConnection, fields: dict[str, Any]) -> None:
        await line.send(json.dumps({"type": "authenticate", "ticket": self.ticket}))
        greeting = await self._hear(line)
        if greeting.get("code") == "server.draining":
            return  # the next line may lead elsewhere
        assert greeting["type"] == "hello", greeting
        on_the_way: set[str] = set()
        try:
            while self._stock_up():
                await self._send_more(line, on_the_way, fields)
                message = await self._hear(line)
                self._note(message, on_the_way)
        finally:
            self.closes.append(line.close_code)

    async def _send_more(self, line: ClientConnection, on_the_way: set[str], fields: dict[str, Any]) -> None:
        for job in [job for job in self.waiting if job not in on_the_way][: self.in_flight - len(on_the_way)]:
            self.sent[job] = self.sent.get(job, 0) + 1
            assert self.sent[job] <= MAX_SENT, f"job {job} is lost: {self.refusals}"
            on_the_way.add(job)
            await line.send(json.dumps({"type": "classify", "id": job, "size": len(self.waiting[job]), **fields}))
            await line.send(self.waiting[job])

    def _note(self, message: dict[str, Any], on_the_way: set[str]) -> None:
        if message["type"] == "result":
            self.answers[message["id"]] = message
            del self.waiting[message["id"]]
            on_the_way.discard(message["id"])
        elif message["type"] == "error":
            self.refusals.append(message["code"])
            # What a draining server refuses goes over the next line: this one is closed soon.
            assert message["code"] == "server.draining", message

    async def _hear(self, line: ClientConnection) -> dict[str, Any]:
        while (message := json.loads(await line.recv()))["type"] == "queued":
            pass
        return dict(message)
