"""What a second task adds: one backend, then two, behind nginx with TLS, PostgreSQL, Redis and S3.

    python -m tests.bench.tasks [--rounds 5] [--seconds 10] [--share 0.25]

Each backend gets the same ``share`` of a core by a control group, as a task of Fargate does, so that all of them, the
stores, nginx and who asks fit on a small machine and only the backends are at their limit. Linux, as root.
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
CUSTOMERS = 16
WARM_S = 2.0


@contextmanager
def share_of_a_core(name: str, process: int, share: float) -> Iterator[None]:
    """Lets a process have so much of one core while this holds."""
    old = (GROUPS / "cpu").is_dir()  # the first version of control groups keeps each resource in a tree of its own
    group = (GROUPS / "cpu" if old else GROUPS) / f"animals {os.getpid()} {name}"
    group.mkdir()
    quota = int(share * PERIOD_US)
    if old:
        (group / "cpu.cfs_period_us").write_text(str(PERIOD_US))
        (group / "cpu.cfs_quota_us").write_text(str(quota))
    else:
        (group / "cpu.max").write_text(f"{quota} {PERIOD_US}")
    try:
        (group / "cgroup.procs").write_text(str(process))
        yield
    finally:
        (group.parent / "cgroup.procs").write_text(str(process))
        group.rmdir()


async def jobs_a_second(stack: Stack, picture: bytes, seconds: float) -> float:
    """As many as ``CUSTOMERS`` get answered who always ask again."""
    ticket = tickets.issue(uuid4(), stack.url)
    over = asyncio.Event()
    customers = [RetryingClient(stack, ticket) for _ in range(CUSTOMERS)]
    shopping = asyncio.gather(
        *(one.classify_all(iter(lambda: b"" if over.is_set() else picture, b""), views="fast") for one in customers)
    )
    await asyncio.sleep(WARM_S)
    before = sum(len(one.answers) for one in customers)
    await asyncio.sleep(seconds)
    answered = sum(len(one.answers) for one in customers) - before
    over.set()
    await shopping
    return answered / seconds


def measure(backends: int, picture: bytes, options: argparse.Namespace) -> float:
    """Jobs a second of so many backends."""
    with running_stack(backends=backends, WORKERS="1", **UNLIMITED) as stack:
        settings.SECRET_KEY = (stack.folder / "secret_key").read_text()
        with ExitStack() as shares:
            for backend in stack.backends:
                assert backend.process
                shares.enter_context(share_of_a_core(backend.name, backend.process.pid, options.share))
            return asyncio.run(jobs_a_second(stack, picture, options.seconds))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--share", type=float, default=0.25)
    options = parser.parse_args()
    with store_folder() as folder:
        picture = pictures.make(settings.PHOTOS_DIR, folder)["224"].read_bytes()
    ratios = []
    for turn in range(options.rounds):
        one, two = (measure(backends, picture, options) for backends in (1, 2))
        ratios.append(two / one)
        sys.stdout.write(f"{turn} one {one:.1f}/s, two {two:.1f}/s, {ratios[-1]:.2f} times\n")
    sys.stdout.write(f"median {statistics.median(ratios):.2f} ({min(ratios):.2f}-{max(ratios):.2f})\n")


if __name__ == "__main__":
    main()
