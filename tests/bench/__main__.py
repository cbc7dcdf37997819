"""This server beside what a user could pick instead: ``make bench``, or with choices::

    python -m tests.bench [--rounds 5] [--seconds 4] [--pictures 224 1024 12MP png] [--connections 1 8 64]
                          [--only WORD …] [--cores one|all] [--out DIR]

One server at a time, on core 0 (or on all), the generator on core 1; every round starts every server anew, in another
order each time. Linux only. Quote ratios, not absolute figures, and let nothing else run.
"""

import argparse
import itertools
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")
django.setup()

from django.conf import settings  # noqa: E402

from tests.bench import pictures, report  # noqa: E402
from tests.bench.contestants import BENCH_PYTHON, CONTESTANTS, Contestant, started  # noqa: E402
from tests.bench.figures import Cell, Run  # noqa: E402
from tests.server_process import ROOT, make_environment  # noqa: E402

SERVERS_CORE, GENERATORS_CORE = 0, 1
PRECISIONS = ("float32", "int8")


class Generator:
    """The load generator's process."""

    def __init__(self) -> None:
        command = ["taskset", "--cpu-list", str(GENERATORS_CORE), BENCH_PYTHON, "-m", "tests.bench.load"]
        self._process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def does(self, order: str, **fields: Any) -> dict[str, Any]:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps({"order": order, **fields}) + "\n")
        self._process.stdin.flush()
        said = self._process.stdout.readline()
        if not said:
            raise RuntimeError("the load generator ended; what went wrong stands above")
        found: dict[str, Any] = json.loads(said)
        return found

    def close(self) -> None:
        self._process.terminate()
        self._process.wait()


def main() -> None:
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # no server is left behind
    options = arguments()
    described = report.machine()
    with tempfile.TemporaryDirectory() as folder:
        files = pictures.make(settings.PHOTOS_DIR, Path(folder))
        bench = Bench(Generator(), files, options.seconds, cores_of(options.cores), Path(folder))
        runs: list[Run] = []
        try:
            with suppress(KeyboardInterrupt):  # what there is by then is reported
                for run in bench.runs(options):
                    runs.append(run)  # noqa: PERF402 - one by one, because it may end in between
        finally:
            bench.generator.close()
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "bench.json").write_text(report.as_json(runs, described), encoding="utf-8")
    (options.out / "bench.md").write_text(report.markdown(runs, described), encoding="utf-8")
    sys.stdout.write(report.markdown(runs, described))


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--pictures", nargs="+", choices=pictures.NAMES, default=["224"])
    parser.add_argument("--connections", nargs="+", type=int, default=[1, 8, 64])
    parser.add_argument("--only", nargs="+", default=[""], help="contestants whose names hold one of these words")
    parser.add_argument("--cores", choices=["one", "all"], default="one", help="what the server may use")
    parser.add_argument("--out", type=Path, default=ROOT / "test-results" / "bench")
    return parser.parse_args()


def cores_of(word: str) -> list[int]:
    """What the server may use."""
    return [SERVERS_CORE] if word == "one" else sorted(os.sched_getaffinity(0))


@dataclass(frozen=True, slots=True)
class Bench:
    """What stays the same from run to run."""

    generator: Generator
    files: dict[str, Path]
    seconds: float
    cores: list[int]
    folder: Path

    def runs(self, options: argparse.Namespace) -> Iterator[Run]:
        """Every contestant in every round; who begins moves on by one each time."""
        chosen = [one for one in CONTESTANTS if any(word in one.name for word in options.only)]
        cells = [Cell(picture, connections) for picture in options.pictures for connections in options.connections]
        for turn in range(options.rounds):
            yield from self.bare_loops(turn, options)
            first = turn % max(1, len(chosen))
            for contestant in chosen[first:] + chosen[:first]:
                yield from self.one_server(turn, contestant, cells)

    def one_server(self, turn: int, contestant: Contestant, cells: list[Cell]) -> Iterator[Run]:
        data_dir = Path(tempfile.mkdtemp(dir=self.folder))
        with started(contestant, self.cores, data_dir, time.time) as server:
            warm = self.generator.does("first", **server.order, picture=str(self.files["224"]))
            for cell in cells:
                order = {**server.order, "picture": str(self.files[cell.picture]), "seconds": self.seconds}
                found = self.generator.does("load", **order, connections=cell.connections)
                yield _said(Run(turn, contestant.name, cell, {**found, "first_s": warm["answered_at"] - server.began}))

    def bare_loops(self, turn: int, options: argparse.Namespace) -> Iterator[Run]:
        """Shown beside one connection."""
        for precision, picture in itertools.product(PRECISIONS, options.pictures):
            title = f"bare loop, {precision}"
            if any(word in title for word in options.only):
                command = ["taskset", "--cpu-list", str(SERVERS_CORE), sys.executable, "-m", "tests.bench.bare"]
                said = subprocess.run(
                    [*command, str(self.files[picture]), str(self.seconds)],
                    cwd=ROOT,
                    env=make_environment(settings.DATA_DIR, PRECISION=precision),
                    stdout=subprocess.PIPE,
                    text=True,
                    check=True,
                )
                yield _said(Run(turn, title, Cell(picture, 1), json.loads(said.stdout)))


def _said(run: Run) -> Run:
    """Shows that it goes on."""
    figures = f"{run.figures['images_per_s']:.1f} images/s, {run.figures['cpu_ms']:.2f} CPU-ms"
    sys.stderr.write(f"{run.round} {run.contestant}, {run.cell.picture} × {run.cell.connections}: {figures}\n")
    return run


if __name__ == "__main__":
    main()
