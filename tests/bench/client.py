"""Asks an Animal Classifier from a program; needs the ``websockets`` package, and no other file of this project.

    python -m tests.bench.client http://127.0.0.1:8000 photo.jpg …          one line a photo
    python -m tests.bench.client --json --views fast http://127.0.0.1:8000 photo.jpg …

In a program::

    async with connected(get_ticket("http://127.0.0.1:8000")) as client:
        answer = await client.classify(Path("photo.jpg").read_bytes())
        print(answer.sentence, answer.squirrel)

A photo whose line is lost raises ``ConnectionClosed``, one that is refused ``Refused``; it may be sent again.
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


class Refused(Exception):
    """The server's error. ``code`` is one of docs/protocol.md; ``retry_after`` is in seconds, if asking again helps."""

    def __init__(self, code: str, message: str, retry_after: float | None = None) -> None:
        super().__init__(f"{message} [{code}]")
        self.code, self.retry_after = code, retry_after


@dataclass(frozen=True, slots=True)
class Ticket:
    """What opens the socket at ``url``, for ten minutes."""

    text: str
    url: str


@dataclass(frozen=True, slots=True)
class PredictionResult:
    """What was found. ``score`` and ``animal`` are 0…1; ``fields`` is the whole message."""

    sentence: str
    kind: str
    score: float
    squirrel: str
    animal: float
    fields: dict[str, Any]


def get_ticket(page: str) -> Ticket:
    """A ticket of the server whose page is at ``page``: each page carries one. Raises ``OSError``."""
    with urllib.request.urlopen(f"{page.rstrip('/')}/", timeout=10) as found:
        text = found.read().decode()
    attributes = {name: html.unescape(value) for name, value in re.findall(r'data-([a-z-]+)="([^"]*)"', text)}
    if not {"ticket", "socket-url"} <= attributes.keys():
        raise OSError("this page carries no ticket")
    return Ticket(attributes["ticket"], attributes["socket-url"])


@dataclass(slots=True)
class Client:
    """One open line. Photos may be asked about at the same time: as many go at once as the server takes."""

    line: ClientConnection
    places: asyncio.Semaphore
    hello: dict[str, Any]
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    jobs: dict[str, "asyncio.Future[dict[str, Any]]"] = field(default_factory=dict)

    async def classify(self, photo: bytes, **wishes: Any) -> PredictionResult:
        """The answer to one picture file. ``wishes``: the fields of ``classify`` in docs/protocol.md.

        Raises ``Refused`` or ``ConnectionClosed``.
        """
        async with self.places:
            message = await self._ask(photo, wishes)
        if message["type"] == "error":
            raise Refused(message["code"], message["message"], message.get("retry_after"))
        verdict = message["verdict"]
        return PredictionResult(
            verdict["sentence"], verdict["kind"], verdict["score"], message["squirrel"], message["animal"], message
        )

    async def _ask(self, photo: bytes, wishes: dict[str, Any]) -> dict[str, Any]:
        job = str(uuid4())
        self.jobs[job] = asyncio.get_running_loop().create_future()
        try:
            async with self.turn:  # the picture follows its announcement
                await self.line.send(json.dumps({"type": "classify", "id": job, "size": len(photo), **wishes}))
                await self.line.send(photo)
            return await self.jobs[job]
        finally:
            del self.jobs[job]

    async def listen(self) -> None:
        """Gives every message to the job that waits for it, until the line is closed."""
        try:
            while True:
                message = json.loads(await self.line.recv())
                job = self.jobs.get(message.get("id", ""))
                if job and not job.done() and message["type"] in {"result", "error"}:
                    job.set_result(message)
        except ConnectionClosed as closed:
            for job in self.jobs.values():
                job.set_exception(closed)


@contextlib.asynccontextmanager
async def connected(ticket: Ticket) -> AsyncIterator[Client]:
    """A line that the server has said hello on. Raises ``Refused`` or ``OSError``."""
    async with connect(ticket.url, subprotocols=[SUBPROTOCOL], max_size=None, compression=None) as line:
        await line.send(json.dumps({"type": "authenticate", "ticket": ticket.text}))
        hello = json.loads(await line.recv())
        if hello["type"] == "error":
            raise Refused(hello["code"], hello["message"])
        client = Client(line, asyncio.Semaphore(hello["limits"]["max_in_flight"]), hello)
        listening = asyncio.create_task(client.listen())
        try:
            yield client
        finally:
            listening.cancel()


# --- Command line ---------------------------------------------------------------------------------------


def main() -> None:
    parser = argparse.ArgumentParser(description="Asks an Animal Classifier about photos.")
    parser.add_argument("page", help="where its page is, for example http://127.0.0.1:8000")
    parser.add_argument("photos", nargs="+", type=Path)
    parser.add_argument("--json", action="store_true", help="the whole answers, one line of JSON each")
    parser.add_argument("--views", choices=["best", "fast"], default="best")
    options = parser.parse_args()
    try:
        refused = asyncio.run(_ask_about(options))
    except (OSError, Refused, ConnectionClosed) as error:
        raise SystemExit(f"{options.page}: {error}") from error
    raise SystemExit(refused > 0)


async def _ask_about(options: argparse.Namespace) -> int:
    """Answers in the order of the photos; how many were refused."""
    refused = 0
    async with connected(get_ticket(options.page)) as client:
        jobs = [asyncio.create_task(_line_of(client, photo, options)) for photo in options.photos]
        for job in jobs:
            line, answered = await job
            refused += not answered
            sys.stdout.write(f"{line}\n")
    return refused


async def _line_of(client: Client, photo: Path, options: argparse.Namespace) -> tuple[str, bool]:
    try:
        answer = await client.classify(await asyncio.to_thread(photo.read_bytes), views=options.views, name=photo.name)
    except Refused as refusal:
        error = {"file": str(photo), "code": refusal.code}
        return (json.dumps(error) if options.json else f"{photo}: {refusal}"), False
    whole = json.dumps({"file": str(photo), **answer.fields})
    return (whole if options.json else f"{photo}: {answer.sentence} Squirrel: {answer.squirrel}."), True


if __name__ == "__main__":
    main()
