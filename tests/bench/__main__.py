"""Compare this server with alternatives: ``make bench``, or with options::

    python -m tests.bench [--rounds 5] [--seconds 4] [--pictures 224 1024 12MP png] [--connections 1 8 64]
                          [--only WORD …] [--cores one|all] [--out DIR]

One server runs at a time, on core 0 (or on all cores), and the load generator on core 1. Each round starts every server
anew, in a different order. Linux only. Quote ratios instead of absolute values, and run nothing else on the machine.
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
from tests.bench.measurements import Measurement, Scenario  # noqa: E402
from tests.bench.servers import BENCH_PYTHON, SERVERS, MeasuredServer, started_server  # noqa: E402
from tests.server_process import ROOT, make_environment  # noqa: E402

SERVER_CORE, GENERATOR_CORE = 0, 1
PRECISIONS = ("float32", "int8")


class LoadGenerator:
    """The process of ``tests.bench.load_generator``."""

    def __init__(self) -> None:
        command = ["taskset", "--cpu-list", str(GENERATOR_CORE), BENCH_PYTHON, "-m", "tests.bench.load_generator"]
        self._process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def run(self, action: str, **fields: Any) -> dict[str, Any]:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps({"action": action, **fields}) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("The load generator ended; its error is printed above.")
        result: dict[str, Any] = json.loads(line)
        return result

    def close(self) -> None:
        self._process.terminate()
        self._process.wait()


def main() -> None:
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that SIGTERM stops the servers, too
    options = parse_arguments()
    machine = report.machine()
    with tempfile.TemporaryDirectory() as folder:
        files = pictures.make(settings.PHOTOS_DIR, Path(folder))
        bench = Bench(LoadGenerator(), files, options.seconds, cores_for(options.cores), Path(folder))
        measurements: list[Measurement] = []
        try:
            with suppress(KeyboardInterrupt):  # the measurements up to then are reported
                for measurement in bench.measure(options):
                    measurements.append(measurement)  # noqa: PERF402 - an interrupt must not lose the earlier ones
        finally:
            bench.generator.close()
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "bench.json").write_text(report.as_json(measurements, machine), encoding="utf-8")
    (options.out / "bench.md").write_text(report.markdown(measurements, machine), encoding="utf-8")
    sys.stdout.write(report.markdown(measurements, machine))


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=4, help="duration of each measurement")
    parser.add_argument("--pictures", nargs="+", choices=pictures.NAMES, default=["224"])
    parser.add_argument("--connections", nargs="+", type=int, default=[1, 8, 64])
    parser.add_argument("--only", nargs="+", default=[""], help="only servers whose names contain one of these words")
    parser.add_argument("--cores", choices=["one", "all"], default="one", help="cores for the server")
    parser.add_argument("--out", type=Path, default=ROOT / "test-results" / "bench")
    return parser.parse_args()


def cores_for(option: str) -> list[int]:
    return [SERVER_CORE] if option == "one" else sorted(os.sched_getaffinity(0))


@dataclass(frozen=True, slots=True)
class Bench:
    """Settings that are the same for all measurements."""

    generator: LoadGenerator
    files: dict[str, Path]
    seconds: float
    cores: list[int]
    folder: Path

    def measure(self, options: argparse.Namespace) -> Iterator[Measurement]:
        """Measure every server in every round; each round begins with another server."""
        servers = [server for server in SERVERS if any(word in server.name for word in options.only)]
        scenarios = [Scenario(*pair) for pair in itertools.product(options.pictures, options.connections)]
        for number in range(options.rounds):
            yield from self.measure_bare_loops(number, options)
            first = number % max(1, len(servers))
            for server in servers[first:] + servers[:first]:
                yield from self.measure_server(number, server, scenarios)

    def measure_server(self, number: int, server: MeasuredServer, scenarios: list[Scenario]) -> Iterator[Measurement]:
        data_dir = Path(tempfile.mkdtemp(dir=self.folder))
        with started_server(server, self.cores, data_dir, time.time) as started:
            first = self.generator.run("wait", **started.target, picture=str(self.files["224"]))
            first_s = first["answered_at"] - started.started_at
            for scenario in scenarios:
                values = self.generator.run(
                    "load",
                    **started.target,
                    picture=str(self.files[scenario.picture]),
                    seconds=self.seconds,
                    connections=scenario.connections,
                )
                yield _report_progress(Measurement(number, server.name, scenario, {**values, "first_s": first_s}))

    def measure_bare_loops(self, number: int, options: argparse.Namespace) -> Iterator[Measurement]:
        """Measure the loops without a server; the report shows them beside one connection."""
        for precision, picture in itertools.product(PRECISIONS, options.pictures):
            title = f"bare loop, {precision}"
            if any(word in title for word in options.only):
                command = ["taskset", "--cpu-list", str(SERVER_CORE), sys.executable, "-m", "tests.bench.bare_loop"]
                completed = subprocess.run(
                    [*command, str(self.files[picture]), str(self.seconds)],
                    cwd=ROOT,
                    env=make_environment(settings.DATA_DIR, PRECISION=precision),
                    stdout=subprocess.PIPE,
                    text=True,
                    check=True,
                )
                yield _report_progress(Measurement(number, title, Scenario(picture, 1), json.loads(completed.stdout)))


def _report_progress(measurement: Measurement) -> Measurement:
    """Print a line of progress, and return the measurement."""
    values, scenario = measurement.values, measurement.scenario
    speed = f"{values['images_per_s']:.1f} images/s, {values['cpu_ms']:.2f} CPU-ms"
    load = f"{scenario.picture} × {scenario.connections}"
    sys.stderr.write(f"round {measurement.round}: {measurement.server}, {load}: {speed}\n")
    return measurement


if __name__ == "__main__":
    main()
