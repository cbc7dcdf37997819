"""Measure the admin's pages and the writing of records with a million records, on PostgreSQL and on SQLite.

    python -m tests.bench.admin [--rows 1000000] [--rounds 5] [--keep FOLDER] [--json FILE]

Fills both databases, which takes minutes (``--keep`` stores them in FOLDER for the next run). Then requests each page
as a superuser inside this process, without a network: middleware, queries, templates. Prints the median of the rounds
after one round to warm up.
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

#: Numbers of records that the backend writes at once: under light and under heavy load.
BATCH_SIZES = (1, 10, 100)
UNCOUNTED = "statistics, no day counted yet"
LIST = "/admin/classifier/classification/"
MONTH = "created_at__year={year}&created_at__month={month}"
PAGES = {
    "list": LIST,
    "list, page 200": f"{LIST}?p=200",
    "verdict: species": f"{LIST}?verdict__exact=species",
    "verdict: unsure": f"{LIST}?verdict__exact=unsure",
    "answer: fox squirrel": f"{LIST}?answer=fox+squirrel",
    "answer: no match": f"{LIST}?answer=animal+that+is+not",
    "group: birds": f"{LIST}?group=n01503061",
    "group: trilobites": f"{LIST}?group=n01768244",
    "squirrel: maybe": f"{LIST}?squirrel=maybe",
    "review: needed": f"{LIST}?review=needed",
    "review: wrong": f"{LIST}?review=wrong",
    "feedback: right": f"{LIST}?feedback=right",
    "feedback: wrong": f"{LIST}?feedback=wrong",
    "photo: stored": f"{LIST}?photo=kept",
    "reclassification: requested": f"{LIST}?again=waiting",
    "reclassification: done": f"{LIST}?again=done",
    "model version: the first": f"{LIST}?version={{version}}",
    "date: this year": f"{LIST}?created_at__gte={{year}}-01-01+00:00:00%2B00:00",
    "days: a month": f"{LIST}?{MONTH}",
    "group, feedback and a month": f"{LIST}?group=n01503061&feedback=wrong&{MONTH}",
    "search: an id": f"{LIST}?q={{id}}",
    "search: fox": f"{LIST}?q=fox",
    "search: b": f"{LIST}?q=b",
    "search: a word without a match": f"{LIST}?q=zzz",
    "one record": f"{LIST}{{id}}/change/",
    UNCOUNTED: f"{LIST}figures/",
    "statistics": f"{LIST}figures/",
}


@dataclass(frozen=True, slots=True)
class Measurement:
    """Milliseconds of one page: median, minimum and processor time of this process; and the number of queries."""

    page: str
    median_ms: float
    best_ms: float
    cpu_ms: float
    queries: int


def superuser_client() -> Client:
    settings.ALLOWED_HOSTS.append("testserver")
    client = Client()
    client.force_login(User.objects.filter(username="bench").first() or User.objects.create_superuser("bench"))
    return client


def page_urls() -> dict[str, str]:
    """Return the URL of each page, filled in with the fields of an old record."""
    record = Classification.objects.order_by("created_at")[100]
    created_at = record.created_at
    fields = {"id": record.pk, "version": record.model_version, "year": created_at.year, "month": created_at.month}
    return {page: url.format(**fields) for page, url in PAGES.items()}


def measure(rounds: int) -> list[Measurement]:
    """Measure in this process, on the database of its environment."""
    client, measurements = superuser_client(), []
    for page, url in page_urls().items():
        request(client, url)
        results = []
        for _ in range(rounds):
            if page == UNCOUNTED:
                DailyStatistics.objects.all().delete()
            results.append(request(client, url))
        times, cpu_times, queries = zip(*results, strict=True)
        measurements.append(
            Measurement(page, statistics.median(times), min(times), statistics.median(cpu_times), queries[-1])
        )
    return [*measurements, *(measure_writes(size, rounds) for size in BATCH_SIZES)]


def measure_writes(batch_size: int, rounds: int) -> Measurement:
    """Write batches of new records as the backend does."""
    times, cpu_times, queries = [], [], 0
    for _ in range(rounds + 1):
        drafts = [recorder.to_draft(new_record()) for _ in range(batch_size)]
        elapsed_ms, cpu_ms, queries = timed(lambda drafts=drafts: stores.insert_records(drafts))  # type: ignore[misc]
        times.append(elapsed_ms)
        cpu_times.append(cpu_ms)
    median_ms = statistics.median(times[1:])
    return Measurement(f"{batch_size} records written", median_ms, min(times), cpu_times[-1], queries)


def request(client: Client, url: str) -> tuple[float, float, int]:
    """Request one page, and return what ``timed`` returns."""

    def get() -> None:
        response = client.get(url)
        if response.status_code != 200:
            raise RuntimeError(f"{url}: {response.status_code}")

    return timed(get)


def timed(function: Callable[[], object]) -> tuple[float, float, int]:
    """Return the elapsed milliseconds, those of this process's processor time, and the number of queries."""
    queries: list[str] = []

    def record(execute: Any, sql: str, *arguments: Any) -> Any:
        queries.append(sql)
        return execute(sql, *arguments)

    began, cpu_before = time.perf_counter(), time.process_time()
    with connection.execute_wrapper(record):
        function()
    elapsed_ms, cpu_ms = (time.perf_counter() - began) * 1000, (time.process_time() - cpu_before) * 1000
    return elapsed_ms, cpu_ms, len(queries)


def measure_database(database: dict[str, str], data: Path, rows: int, rounds: int) -> list[Measurement]:
    """Fill a database unless it is filled already, and measure in a new process."""
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
        completed = subprocess.run(
            [sys.executable, *command], env=environment, stdout=subprocess.PIPE, text=True, check=True
        )
        return completed.stdout

    seeded = data / f"seeded-{rows}-{bool(database)}"
    run("manage.py", "collectstatic", "--no-input", "--verbosity", "0")
    run("manage.py", "migrate", "--verbosity", "0")
    if not seeded.exists():
        run("manage.py", "seed_history", str(rows))
        run("-c", "import django; django.setup(); from django.db import connection as c; c.cursor().execute('ANALYZE')")
        seeded.touch()
    return [Measurement(**fields) for fields in json.loads(run("-m", "tests.bench.admin", "--measure", str(rounds)))]


def table(postgresql: list[Measurement], sqlite: list[Measurement]) -> str:
    lines = ["| page | queries | PostgreSQL, ms (best) | CPU, ms | SQLite, ms (best) |", "|---|---|---|---|---|"]
    for pair in zip(postgresql, sqlite, strict=True):
        on_postgresql, on_sqlite = (f"{page.median_ms:.0f} ({page.best_ms:.0f})" for page in pair)
        page = pair[0]
        lines.append(f"| {page.page} | {page.queries} | {on_postgresql} | {page.cpu_ms:.0f} | {on_sqlite} |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--keep", type=Path, help="a folder for the databases that each user may enter")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--measure", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        sys.stdout.write(json.dumps([asdict(measurement) for measurement in measure(options.measure)]))
        return
    with tempfile.TemporaryDirectory() as temporary:
        Path(temporary).chmod(0o711)
        folder = options.keep or Path(temporary)
        with servers.run_server(servers.postgres(folder / "postgresql")) as server:
            database = {"DATABASE_URL": servers.postgres_url(server)}
            results = {"postgresql": measure_database(database, folder / "data", options.rows, options.rounds)}
        results["sqlite"] = measure_database({}, folder / "data", options.rows, options.rounds)
    sys.stdout.write(table(**results) + "\n")
    if options.json:
        fields = {name: [asdict(measurement) for measurement in pages] for name, pages in results.items()}
        options.json.write_text(json.dumps(fields, indent=2))


if __name__ == "__main__":
    main()
