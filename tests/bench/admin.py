"""Server time of the admin's pages on many records, and of writing more, on PostgreSQL and on SQLite.

    python -m tests.bench.admin [--rows 1000000] [--rounds 5] [--keep FOLDER] [--json FILE]

Seeds both databases (minutes; ``--keep`` leaves them for the next run), then asks for each page as a superuser, in the
server's own process and without a network: middleware, queries, templates. Median of the rounds, after one to warm up.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.contrib.auth.models import User  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402

from classifier.history import recorder, stores  # noqa: E402
from classifier.models import Classification, DailyStatistics  # noqa: E402
from infrastructure.local import servers  # noqa: E402
from tests.classifier.answers import new_record  # noqa: E402

#: Records in one batch: under light load, and when many came in a tenth of a second.
BATCHES = (1, 10, 100)
ANEW = "figures, no day counted yet"
LIST = "/admin/classifier/classification/"
MONTH = "created_at__year={year}&created_at__month={month}"
PAGES = {
    "list": LIST,
    "list, page 200": f"{LIST}?p=200",
    "verdict: species": f"{LIST}?verdict__exact=species",
    "verdict: unsure": f"{LIST}?verdict__exact=unsure",
    "answer: fox squirrel": f"{LIST}?answer=fox+squirrel",
    "answer: one that never was": f"{LIST}?answer=animal+that+is+not",
    "group: birds": f"{LIST}?group=n01503061",
    "group: trilobites": f"{LIST}?group=n01768244",
    "squirrel: maybe": f"{LIST}?squirrel=maybe",
    "review: needed": f"{LIST}?review=needed",
    "review: found wrong": f"{LIST}?review=wrong",
    "feedback: right": f"{LIST}?feedback=right",
    "feedback: wrong": f"{LIST}?feedback=wrong",
    "photo: kept": f"{LIST}?photo=kept",
    "re-classification: waiting": f"{LIST}?again=waiting",
    "re-classification: done": f"{LIST}?again=done",
    "model version: the first": f"{LIST}?version={{version}}",
    "date: this year": f"{LIST}?created_at__gte={{year}}-01-01+00:00:00%2B00:00",
    "days: a month": f"{LIST}?{MONTH}",
    "group, feedback and a month": f"{LIST}?group=n01503061&feedback=wrong&{MONTH}",
    "search: an id": f"{LIST}?q={{id}}",
    "search: fox": f"{LIST}?q=fox",
    "search: b": f"{LIST}?q=b",
    "search: a word that nothing begins with": f"{LIST}?q=zzz",
    "one record": f"{LIST}{{id}}/change/",
    ANEW: f"{LIST}figures/",
    "figures": f"{LIST}figures/",
}


@dataclass(frozen=True, slots=True)
class Figure:
    """Milliseconds of one page: median and best; this process's share of them (the database's is apart); queries."""

    page: str
    median_ms: float
    best_ms: float
    cpu_ms: float
    queries: int


def superuser() -> Client:
    """Somebody who may see everything."""
    settings.ALLOWED_HOSTS.append("testserver")
    client = Client()
    client.force_login(User.objects.filter(username="bench").first() or User.objects.create_superuser("bench"))
    return client


def pages() -> dict[str, str]:
    """The address of each page, for an old record that is there."""
    one = Classification.objects.order_by("created_at")[100]
    facts = {"id": one.pk, "version": one.model_version, "year": one.created_at.year, "month": one.created_at.month}
    return {page: address.format(**facts) for page, address in PAGES.items()}


def measure(rounds: int) -> list[Figure]:
    """In this process, on the database of its environment."""
    client, found = superuser(), []
    for page, address in pages().items():
        ask(client, address)
        asked = []
        for _ in range(rounds):
            if page == ANEW:
                DailyStatistics.objects.all().delete()
            asked.append(ask(client, address))
        times, shares, queries = zip(*asked, strict=True)
        found.append(Figure(page, statistics.median(times), min(times), statistics.median(shares), queries[-1]))
    return [*found, *(written(batch, rounds) for batch in BATCHES)]


def written(batch: int, rounds: int) -> Figure:
    """So many new records as the backend writes them: one batch, and the look whether one was erased meanwhile."""
    times, shares, queries = [], [], 0
    for _ in range(rounds + 1):
        drafts = [recorder.to_draft(new_record()) for _ in range(batch)]
        taken, share, queries = timed(lambda drafts=drafts: stores.insert_records(drafts))  # type: ignore[misc]
        times.append(taken)
        shares.append(share)
    return Figure(f"{batch} records written", statistics.median(times[1:]), min(times), shares[-1], queries)


def ask(client: Client, address: str) -> tuple[float, float, int]:
    """Milliseconds by the clock and of this process, and queries, of one page."""

    def get() -> None:
        answer = client.get(address)
        if answer.status_code != 200:
            raise RuntimeError(f"{address}: {answer.status_code}")

    return timed(get)


def timed(act: Callable[[], object]) -> tuple[float, float, int]:
    """Milliseconds by the clock and of this process, and queries."""
    asked: list[str] = []

    def note(execute: Any, sql: str, *arguments: Any) -> Any:
        asked.append(sql)
        return execute(sql, *arguments)

    began, worked = time.perf_counter(), time.process_time()
    with connection.execute_wrapper(note):
        act()
    taken, share = (time.perf_counter() - began) * 1000, (time.process_time() - worked) * 1000
    return taken, share, len(asked)


def on(database: dict[str, str], data: Path, rows: int, rounds: int) -> list[Figure]:
    """Seeds a database, once, and measures in a process of its own."""
    data.mkdir(parents=True, exist_ok=True)
    environment = {
        **os.environ,
        "DATA_DIR": str(data),
        "DEBUG": "0",
        "ROLE": "frontend",
        "DATABASE_URL": "",
        **database,
    }
    environment |= {"DJANGO_SETTINGS_MODULE": "project.settings", "BACKEND_WS_URL": "ws://127.0.0.1:1"}
    environment["BUILD_DIR"] = str(data / "build")

    def run(*command: str) -> str:
        done = subprocess.run(
            [sys.executable, *command], env=environment, stdout=subprocess.PIPE, text=True, check=True
        )
        return done.stdout

    seeded = data / f"seeded-{rows}-{bool(database)}"
    run("manage.py", "collectstatic", "--no-input", "--verbosity", "0")
    run("manage.py", "migrate", "--verbosity", "0")
    if not seeded.exists():
        run("manage.py", "seed_history", str(rows))
        run("-c", "import django; django.setup(); from django.db import connection as c; c.cursor().execute('ANALYZE')")
        seeded.touch()
    return [Figure(**found) for found in json.loads(run("-m", "tests.bench.admin", "--measure", str(rounds)))]


def table(postgresql: list[Figure], sqlite: list[Figure]) -> str:
    lines = ["| page | queries | PostgreSQL, ms (best) | of it Python | SQLite, ms (best) |", "|---|---|---|---|---|"]
    for one, other in zip(postgresql, sqlite, strict=True):
        left, right = (f"{figure.median_ms:.0f} ({figure.best_ms:.0f})" for figure in (one, other))
        lines.append(f"| {one.page} | {one.queries} | {left} | {one.cpu_ms:.0f} | {right} |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--keep", type=Path, help="a folder for the databases, which every user may pass through")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--measure", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        sys.stdout.write(json.dumps([asdict(figure) for figure in measure(options.measure)]))
        return
    with tempfile.TemporaryDirectory() as temporary:
        Path(temporary).chmod(0o711)
        folder = options.keep or Path(temporary)
        with servers.run_server(servers.postgres(folder / "postgresql")) as server:
            url = {"DATABASE_URL": servers.postgres_url(server)}
            found = {"postgresql": on(url, folder / "data", options.rows, options.rounds)}
        found["sqlite"] = on({}, folder / "data", options.rows, options.rounds)
    sys.stdout.write(table(**found) + "\n")
    if options.json:
        figures = {name: [asdict(figure) for figure in figures] for name, figures in found.items()}
        options.json.write_text(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()
