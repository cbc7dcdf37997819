"""Soak test: one backend with 500 idle and 50 busy connections for minutes.

    python -m tests.bench.soak [--minutes 10] [--idle 500] [--busy 50] [--json FILE]

Exits with 1 if a job gets no result, or if memory, file descriptors or threads grow by more than ``MAX_GROWTH`` between
the second and the last quarter of the time.
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
from tests.websocket_client import authenticated_client  # noqa: E402

MAX_GROWTH = 0.05
SAMPLE_INTERVAL_S = 2.0
PING_INTERVAL_S = 25.0
TICKET_INTERVAL_S = 300.0
UNLIMITED: dict[str, Any] = dict.fromkeys(("OWNER_JOBS", "ADDRESS_JOBS", "ADDRESS_SOCKETS"), "1000000")


@dataclass(frozen=True, slots=True)
class Sample:
    """The server process at one moment."""

    at_s: float
    rss_mb: float
    descriptors: int
    threads: int


def take_sample(server: RunningServer, began: float) -> Sample:
    process = server.process
    rss_mb = process.memory_info().rss / 2**20
    return Sample(round(time.monotonic() - began, 1), round(rss_mb, 1), process.num_fds(), process.num_threads())


async def stay_idle(server: RunningServer, until: float) -> None:
    """Keep a connection open with pings."""
    async with authenticated_client(server, tickets.issue(uuid4(), server.url)) as client:
        client.should_validate = False
        while (remaining := until - time.monotonic()) > 0:
            await client.send(type="ping")
            assert (await client.receive())["type"] == "pong"
            await asyncio.sleep(min(PING_INTERVAL_S, remaining))


async def stay_busy(server: RunningServer, until: float, photos: list[bytes], counts: Counter[str]) -> None:
    """Send a photo as soon as the one before is answered."""
    owner, renewed_at = uuid4(), time.monotonic()
    async with authenticated_client(server, tickets.issue(owner, server.url)) as client:
        client.should_validate = False
        while time.monotonic() < until:
            if time.monotonic() - renewed_at > TICKET_INTERVAL_S:
                renewed_at = time.monotonic()
                assert (await client.authenticate(tickets.issue(owner, server.url)))["type"] == "hello"
            counts["sent"] += 1
            answer = await client.classify(photos[counts["sent"] % len(photos)])
            counts[answer["code"] if answer["type"] == "error" else answer["views"]] += 1


async def watch(server: RunningServer, until: float, samples: list[Sample]) -> None:
    began = time.monotonic()
    while time.monotonic() < until:
        samples.append(take_sample(server, began))
        await asyncio.sleep(SAMPLE_INTERVAL_S)


async def soak(server: RunningServer, minutes: float, idle: int, busy: int) -> tuple[list[Sample], Counter[str]]:
    """Open all connections at once, and return samples of the process and counts of the jobs' outcomes."""
    photos = [path.read_bytes() for path in sorted(settings.PHOTOS_DIR.iterdir())]
    until, samples, counts = time.monotonic() + minutes * 60, list[Sample](), Counter[str]()
    async with asyncio.TaskGroup() as group:
        for _ in range(idle):
            group.create_task(stay_idle(server, until))
        for _ in range(busy):
            group.create_task(stay_busy(server, until, photos, counts))
        group.create_task(watch(server, until, samples))
    return samples, counts


def medians(samples: list[Sample], column: str) -> tuple[float, float]:
    """Return the medians of the second and of the last quarter."""
    values = [float(getattr(sample, column)) for sample in samples]
    quarter = len(values) // 4
    return statistics.median(values[quarter : 2 * quarter]), statistics.median(values[3 * quarter :])


def report(samples: list[Sample], counts: Counter[str]) -> bool:
    """Print the results, and return whether they are within the limits."""
    answered = counts["best"] + counts["fast"]
    failed = counts["sent"] - answered
    sys.stdout.write(
        f"{counts['sent']} jobs: {answered} answered ({counts['fast']} with fast views), {failed} failed\n"
    )
    is_within_limits = failed == 0
    for column in ("rss_mb", "descriptors", "threads"):
        early, late = medians(samples, column)
        sys.stdout.write(f"{column:<12} {early:8.1f} -> {late:8.1f}  ({late / early - 1:+.1%})\n")
        is_within_limits = is_within_limits and late <= early * (1 + MAX_GROWTH)
    return is_within_limits


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--idle", type=int, default=500)
    parser.add_argument("--busy", type=int, default=50)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, running_server(Path(folder), ROLE="backend", **UNLIMITED) as server:
        samples, counts = asyncio.run(soak(server, options.minutes, options.idle, options.busy))
    if options.json:
        options.json.write_text(json.dumps({"jobs": counts, "samples": [asdict(sample) for sample in samples]}))
    sys.exit(0 if report(samples, counts) else 1)


if __name__ == "__main__":
    main()
