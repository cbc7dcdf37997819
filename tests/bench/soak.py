"""One backend under 500 idle and 50 busy sockets for minutes: does it grow, and does it lose a job?

    python -m tests.bench.soak [--minutes 10] [--idle 500] [--busy 50] [--json FILE]

Ends with 1 if a job was lost or refused, or if memory, descriptors or threads grew by more than ``MAY_GROW`` between
the second quarter of the time and the last.
"""

import argparse
import asyncio
import json
import os
import statistics
import sys
import tempfile
import time
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")
django.setup()

from django.conf import settings  # noqa: E402

from classifier.websocket import tickets  # noqa: E402
from tests.server_process import RunningServer, running_server  # noqa: E402
from tests.websocket_client import WebSocketClient, authenticated_client  # noqa: E402

MAY_GROW = 0.05
SAMPLE_EVERY_S = 2.0
PING_EVERY_S = 25.0
NEW_TICKET_EVERY_S = 300.0
UNLIMITED: dict[str, Any] = dict.fromkeys(("OWNER_JOBS", "ADDRESS_JOBS", "ADDRESS_SOCKETS"), "1000000")


@dataclass(frozen=True, slots=True)
class Sample:
    """The server process at one moment."""

    at_s: float
    rss_mb: float
    descriptors: int
    threads: int


def sample(server: RunningServer, began: float) -> Sample:
    process = server.process
    rss_mb = process.memory_info().rss / 2**20
    return Sample(round(time.monotonic() - began, 1), round(rss_mb, 1), process.num_fds(), process.num_threads())


async def idle(server: RunningServer, until: float) -> None:
    """A line that only says that it is there."""
    async with authenticated_client(server, tickets.issue(uuid4(), server.url)) as client:
        client.should_validate = False
        while (left := until - time.monotonic()) > 0:
            await client.send(type="ping")
            assert (await client.receive())["type"] == "pong"
            await asyncio.sleep(min(PING_EVERY_S, left))


async def busy(server: RunningServer, until: float, pictures: list[bytes], seen: Counter[str]) -> None:
    """A line that asks again as soon as it is answered."""
    owner, renewed = uuid4(), time.monotonic()
    async with authenticated_client(server, tickets.issue(owner, server.url)) as client:
        client.should_validate = False
        while time.monotonic() < until:
            if time.monotonic() - renewed > NEW_TICKET_EVERY_S:
                renewed = time.monotonic()
                await renew(client, tickets.issue(owner, server.url))
            seen["asked"] += 1
            answer = await client.classify(pictures[seen["asked"] % len(pictures)])
            seen[answer["code"] if answer["type"] == "error" else answer["views"]] += 1


async def renew(client: WebSocketClient, ticket: str) -> None:
    await client.send(type="authenticate", ticket=ticket)
    assert (await client.receive())["type"] == "hello"


async def watch(server: RunningServer, until: float, samples: list[Sample]) -> None:
    began = time.monotonic()
    while time.monotonic() < until:
        samples.append(sample(server, began))
        await asyncio.sleep(SAMPLE_EVERY_S)


async def soak(server: RunningServer, minutes: float, lines: tuple[int, int]) -> tuple[list[Sample], Counter[str]]:
    """All lines at once; what was seen of the process, and how the jobs ended."""
    pictures = [path.read_bytes() for path in sorted(settings.PHOTOS_DIR.iterdir())]
    until, samples, seen = time.monotonic() + minutes * 60, list[Sample](), Counter[str]()
    async with asyncio.TaskGroup() as group:
        for _ in range(lines[0]):
            group.create_task(idle(server, until))
        for _ in range(lines[1]):
            group.create_task(busy(server, until, pictures, seen))
        group.create_task(watch(server, until, samples))
    return samples, seen


def growth(samples: list[Sample], figure: str) -> tuple[float, float]:
    """The medians of the second quarter and of the last."""
    values = [float(getattr(one, figure)) for one in samples]
    quarter = len(values) // 4
    return statistics.median(values[quarter : 2 * quarter]), statistics.median(values[3 * quarter :])


def verdict(samples: list[Sample], seen: Counter[str]) -> bool:
    """Prints what was found; whether it is well."""
    answered = seen["best"] + seen["fast"]
    print(f"{seen['asked']} jobs: {answered} answered ({seen['fast']} of them fast), {seen['asked'] - answered} not")  # noqa: T201
    well = answered == seen["asked"]
    for figure in ("rss_mb", "descriptors", "threads"):
        early, late = growth(samples, figure)
        print(f"{figure:<12} {early:8.1f} -> {late:8.1f}  ({late / early - 1:+.1%})")  # noqa: T201
        well = well and late <= early * (1 + MAY_GROW)
    return well


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--idle", type=int, default=500)
    parser.add_argument("--busy", type=int, default=50)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, running_server(Path(folder), ROLE="backend", **UNLIMITED) as server:
        samples, seen = asyncio.run(soak(server, options.minutes, (options.idle, options.busy)))
    if options.json:
        options.json.write_text(json.dumps({"jobs": seen, "samples": [asdict(one) for one in samples]}))
    sys.exit(0 if verdict(samples, seen) else 1)


if __name__ == "__main__":
    main()
