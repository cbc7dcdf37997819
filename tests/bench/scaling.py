"""Compare two backends with one, behind nginx with TLS, PostgreSQL, Redis and S3.

    python -m tests.bench.scaling [--rounds 5] [--seconds 10] [--share 0.25]

A control group limits each backend to ``share`` of a core, as Fargate limits a task. So the stores, nginx and the
clients fit on a small machine as well, and only the backends reach their limit. Linux, as root.
"""

import argparse
import asyncio
import os
import statistics
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from uuid import uuid4

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")
django.setup()

from django.conf import settings  # noqa: E402

from classifier.websocket import tickets  # noqa: E402
from infrastructure.local.stack import Stack  # noqa: E402
from tests.bench import pictures  # noqa: E402
from tests.retrying_client import RetryingClient  # noqa: E402
from tests.stores import running_stack, store_folder  # noqa: E402

GROUPS = Path("/sys/fs/cgroup")
PERIOD_US = 20_000
UNLIMITED = dict.fromkeys(("OWNER_JOBS", "ADDRESS_JOBS", "ADDRESS_SOCKETS"), "1000000")
CLIENTS = 16
WARM_UP_S = 2.0


@contextmanager
def limit_processor(name: str, process: int, share: float) -> Iterator[None]:
    """Limit a process to this share of one core."""
    is_version_1 = (GROUPS / "cpu").is_dir()  # version 1 of control groups has a tree for each resource
    group = (GROUPS / "cpu" if is_version_1 else GROUPS) / f"animals {os.getpid()} {name}"
    group.mkdir()
    quota_us = int(share * PERIOD_US)
    if is_version_1:
        (group / "cpu.cfs_period_us").write_text(str(PERIOD_US))
        (group / "cpu.cfs_quota_us").write_text(str(quota_us))
    else:
        (group / "cpu.max").write_text(f"{quota_us} {PERIOD_US}")
    try:
        (group / "cgroup.procs").write_text(str(process))
        yield
    finally:
        (group.parent / "cgroup.procs").write_text(str(process))
        group.rmdir()


async def answers_per_second(stack: Stack, picture: bytes, seconds: float) -> float:
    """Return the throughput of ``CLIENTS`` clients that always send the next picture."""
    ticket = tickets.issue(uuid4(), stack.url)
    is_over = asyncio.Event()
    clients = [RetryingClient(stack, ticket) for _ in range(CLIENTS)]
    sending = asyncio.gather(*(client.classify_until(is_over.is_set, picture, views="fast") for client in clients))
    await asyncio.sleep(WARM_UP_S)
    before = sum(len(client.answers) for client in clients)
    await asyncio.sleep(seconds)
    answered = sum(len(client.answers) for client in clients) - before
    is_over.set()
    await sending
    return answered / seconds


def measure(backends: int, picture: bytes, options: argparse.Namespace) -> float:
    """Return the answers per second of this number of backends."""
    with running_stack(backends=backends, WORKERS="1", **UNLIMITED) as stack:
        settings.SECRET_KEY = (stack.folder / "secret_key").read_text()
        with ExitStack() as limits:
            for backend in stack.backends:
                assert backend.process
                limits.enter_context(limit_processor(backend.name, backend.process.pid, options.share))
            return asyncio.run(answers_per_second(stack, picture, options.seconds))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--share", type=float, default=0.25)
    options = parser.parse_args()
    with store_folder() as folder:
        picture = pictures.make(settings.PHOTOS_DIR, folder)["224"].read_bytes()
    ratios = []
    for number in range(options.rounds):
        single, double = (measure(backends, picture, options) for backends in (1, 2))
        ratios.append(double / single)
        sys.stdout.write(
            f"round {number}: one backend {single:.1f}/s, two backends {double:.1f}/s, {ratios[-1]:.2f} times\n"
        )
    sys.stdout.write(f"median {statistics.median(ratios):.2f} ({min(ratios):.2f}-{max(ratios):.2f})\n")


if __name__ == "__main__":
    main()
