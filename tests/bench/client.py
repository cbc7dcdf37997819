"""Example client for an Animal Classifier. It needs the ``websockets`` package, and no other file of this project.

    python -m tests.bench.client http://127.0.0.1:8000 photo.jpg …          prints one line for each photo
    python -m tests.bench.client --json --views fast http://127.0.0.1:8000 photo.jpg …

In a program::

    async with connected_client(get_ticket("http://127.0.0.1:8000")) as client:
        answer = await client.classify(Path("photo.jpg").read_bytes())
        print(answer.sentence, answer.squirrel)

``classify`` raises ``RejectedError`` if the server rejects the photo and ``ConnectionClosed`` if the connection is
lost; after both, the photo may be sent again.
"""

import argparse
import asyncio
import contextlib
import html
import json
import re
import sys
import urllib.request
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

SUBPROTOCOL = Subprotocol("classify.v1")


class RejectedError(Exception):
    """An ``error`` message of the server. ``code`` is listed in docs/protocol.md.

    ``retry_after`` is in seconds; it is ``None`` if another attempt would not help.
    """

    def __init__(self, code: str, message: str, retry_after: float | None = None) -> None:
        super().__init__(f"{message} [{code}]")
        self.code, self.retry_after = code, retry_after


@dataclass(frozen=True, slots=True)
class Ticket:
    """Authenticates connections to ``url`` for ten minutes."""

    text: str
    url: str


@dataclass(frozen=True, slots=True)
class PredictionResult:
    """The result of one photo. ``score`` and ``animal`` are 0…1; ``fields`` is the whole message."""

    sentence: str
    kind: str
    score: float
    squirrel: str
    animal: float
    fields: dict[str, Any]


def get_ticket(page: str) -> Ticket:
    """Return the ticket from the upload page at the URL ``page``. Raises ``OSError``."""
    with urllib.request.urlopen(f"{page.rstrip('/')}/", timeout=10) as response:
        text = response.read().decode()
    attributes = {name: html.unescape(value) for name, value in re.findall(r'data-([a-z-]+)="([^"]*)"', text)}
    if not {"ticket", "socket-url"} <= attributes.keys():
        raise OSError("this page contains no ticket")
    return Ticket(attributes["ticket"], attributes["socket-url"])


@dataclass(slots=True)
class Client:
    """One connection. ``classify`` may be called many times at once: surplus photos wait for a free slot."""

    connection: ClientConnection
    slots: asyncio.Semaphore
    hello: dict[str, Any]
    send_lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    pending: dict[str, "asyncio.Future[dict[str, Any]]"] = field(default_factory=dict)

    async def classify(self, photo: bytes, **options: Any) -> PredictionResult:
        """Classify one image file. ``options`` are the fields of ``classify`` in docs/protocol.md.

        Raises ``RejectedError`` or ``ConnectionClosed``.
        """
        async with self.slots:
            message = await self._send_job(photo, options)
        if message["type"] == "error":
            raise RejectedError(message["code"], message["message"], message.get("retry_after"))
        verdict = message["verdict"]
        return PredictionResult(
            verdict["sentence"], verdict["kind"], verdict["score"], message["squirrel"], message["animal"], message
        )

    async def _send_job(self, photo: bytes, options: dict[str, Any]) -> dict[str, Any]:
        job = str(uuid4())
        self.pending[job] = asyncio.get_running_loop().create_future()
        try:
            async with self.send_lock:  # no other message may come between these two
                await self.connection.send(json.dumps({"type": "classify", "id": job, "size": len(photo), **options}))
                await self.connection.send(photo)
            return await self.pending[job]
        finally:
            del self.pending[job]

    async def listen(self) -> None:
        """Pass each message to its job until the connection is closed."""
        try:
            while True:
                message = json.loads(await self.connection.recv())
                future = self.pending.get(message.get("id", ""))
                if future and not future.done() and message["type"] in {"result", "error"}:
                    future.set_result(message)
        except ConnectionClosed as closed:
            for future in self.pending.values():
                future.set_exception(closed)


@contextlib.asynccontextmanager
async def connected_client(ticket: Ticket) -> AsyncIterator[Client]:
    """Open and authenticate a connection. Raises ``RejectedError`` or ``OSError``."""
    async with connect(ticket.url, subprotocols=[SUBPROTOCOL], max_size=None, compression=None) as connection:
        await connection.send(json.dumps({"type": "authenticate", "ticket": ticket.text}))
        hello = json.loads(await connection.recv())
        if hello["type"] == "error":
            raise RejectedError(hello["code"], hello["message"])
        client = Client(connection, asyncio.Semaphore(hello["limits"]["max_in_flight"]), hello)
        listening = asyncio.create_task(client.listen())
        try:
            yield client
        finally:
            listening.cancel()


# --- Command line ---------------------------------------------------------------------------------------


def main() -> None:
    parser = argparse.ArgumentParser(description="Classify photos with a running Animal Classifier.")
    parser.add_argument("page", help="URL of the upload page, for example http://127.0.0.1:8000")
    parser.add_argument("photos", nargs="+", type=Path)
    parser.add_argument("--json", action="store_true", help="print each whole answer as a line of JSON")
    parser.add_argument("--views", choices=["best", "fast"], default="best")
    options = parser.parse_args()
    try:
        rejected = asyncio.run(_classify_all(options))
    except (OSError, RejectedError, ConnectionClosed) as error:
        raise SystemExit(f"{options.page}: {error}") from error
    raise SystemExit(rejected > 0)


async def _classify_all(options: argparse.Namespace) -> int:
    """Print the answers in the order of the photos, and return the number of rejected photos."""
    rejected = 0
    async with connected_client(get_ticket(options.page)) as client:
        jobs = [asyncio.create_task(_classify_file(client, photo, options)) for photo in options.photos]
        for job in jobs:
            line, is_answered = await job
            rejected += not is_answered
            sys.stdout.write(f"{line}\n")
    return rejected


async def _classify_file(client: Client, photo: Path, options: argparse.Namespace) -> tuple[str, bool]:
    """Return the output line, and whether the photo was answered."""
    try:
        answer = await client.classify(await asyncio.to_thread(photo.read_bytes), views=options.views, name=photo.name)
    except RejectedError as error:
        fields = {"file": str(photo), "code": error.code}
        return (json.dumps(fields) if options.json else f"{photo}: {error}"), False
    fields = {"file": str(photo), **answer.fields}
    return (json.dumps(fields) if options.json else f"{photo}: {answer.sentence} Squirrel: {answer.squirrel}."), True


if __name__ == "__main__":
    main()
