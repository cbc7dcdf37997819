"""Images a second through the socket of one server process on one core, beside the bare loop without a server.

    python -m tests.bench.throughput [--seconds 8] [--rounds 3] [--json FILE]

The server has core 0 to itself, the client core 1 (Linux). ``fast`` views, JPEGs of 224×224, 1 and 8 connections. The
bare loop is decode + model on one thread: no server can beat it. Quote the ratio, not the absolute figure.
"""

import argparse
import asyncio
import io
import json
import os
import statistics
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from uuid import uuid4

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")
django.setup()

from django.conf import settings  # noqa: E402
from PIL import Image  # noqa: E402

from classifier import services, tickets  # noqa: E402
from classifier.crops import Views  # noqa: E402
from classifier.inference.model import load_model  # noqa: E402
from classifier.services import Wish  # noqa: E402
from tests.client import authenticated  # noqa: E402
from tests.running import Running, running  # noqa: E402


@dataclass(frozen=True, slots=True)
class Figure:
    """One round: images a second, milliseconds of the median and the 95th percentile, resident MB of the server."""

    what: str
    images_per_s: float
    p50_ms: float
    p95_ms: float
    rss_mb: float


def jpegs() -> list[bytes]:
    """The real photos as 224-px JPEGs."""
    found = []
    for path in sorted(settings.PHOTOS_DIR.iterdir()):
        out = io.BytesIO()
        Image.open(path).convert("RGB").resize((224, 224)).save(out, "JPEG", quality=90)
        found.append(out.getvalue())
    return found


def bare_loop(pictures: list[bytes], seconds: float) -> Figure:
    """Decode and infer in a row on this thread, pinned to the server's core."""
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {0})
    model = load_model(settings.MODEL_DIR, "litert")
    engine, wish = model.make_engine(), Wish(Views.FAST)
    times: list[float] = []
    while sum(times) < seconds:
        began = time.perf_counter()
        services.identify(model, engine, pictures[len(times) % len(pictures)], wish)
        times.append(time.perf_counter() - began)
    os.sched_setaffinity(0, cores)
    return figure("bare loop", times, sum(times), 0)


async def ask(server: Running, pictures: list[bytes], until: float) -> list[float]:
    """One connection that sends the next picture after each answer."""
    times: list[float] = []
    async with authenticated(server, tickets.issue(uuid4(), server.url)) as client:
        client.checks = False  # the client's own work must not be what is measured
        while time.perf_counter() < until:
            began = time.perf_counter()
            answer = await client.classify(pictures[len(times) % len(pictures)], views="fast")
            times.append(time.perf_counter() - began)
            if answer["type"] != "result":
                raise RuntimeError(answer)
    return times


async def through_the_socket(server: Running, pictures: list[bytes], connections: int, seconds: float) -> Figure:
    began = time.perf_counter()
    until = began + seconds
    rounds = await asyncio.gather(*(ask(server, pictures, until) for _ in range(connections)))
    elapsed = time.perf_counter() - began
    rss_mb = server.process.memory_info().rss / 1e6
    return figure(f"socket, {connections} connections", [time for times in rounds for time in times], elapsed, rss_mb)


def figure(what: str, times: list[float], elapsed: float, rss_mb: float) -> Figure:
    parts = statistics.quantiles(times, n=20)
    return Figure(what, len(times) / elapsed, statistics.median(times) * 1000, parts[18] * 1000, rss_mb)


def measure(seconds: float, rounds: int) -> list[Figure]:
    pictures, found = jpegs(), []
    with (
        tempfile.TemporaryDirectory() as folder,
        running(Path(folder), ROLE="backend", WORKERS="1", OWNER_JOBS="1000000", ADDRESS_JOBS="1000000") as server,
    ):
        os.sched_setaffinity(server.process.pid, {0})
        for thread in server.process.threads():
            os.sched_setaffinity(thread.id, {0})
        os.sched_setaffinity(0, {1})
        for _ in range(rounds):
            found.append(bare_loop(pictures, seconds / 2))
            found += [asyncio.run(through_the_socket(server, pictures, count, seconds)) for count in (1, 8)]
    return found


def table(figures: list[Figure]) -> str:
    lines = [
        "| what | images/s: median (min-max) | of the bare loop | p50 ms | p95 ms | RSS MB |",
        "|---|---|---|---|---|---|",
    ]
    bare = statistics.median(f.images_per_s for f in figures if f.what == "bare loop")
    for what in dict.fromkeys(f.what for f in figures):
        of = [f for f in figures if f.what == what]
        speeds = sorted(f.images_per_s for f in of)
        middle = [statistics.median(getattr(f, name) for f in of) for name in ("p50_ms", "p95_ms", "rss_mb")]
        speed = f"{statistics.median(speeds):.0f} ({speeds[0]:.0f}-{speeds[-1]:.0f})"
        lines.append(
            f"| {what} | {speed} | {statistics.median(speeds) / bare:.0%} | "
            + " | ".join(f"{m:.0f}" for m in middle)
            + " |"
        )
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=8)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    figures = measure(options.seconds, options.rounds)
    sys.stdout.write(table(figures) + "\n")
    if options.json:
        options.json.write_text(json.dumps([asdict(f) for f in figures], indent=2))


if __name__ == "__main__":
    main()
