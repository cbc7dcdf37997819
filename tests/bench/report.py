"""Write the measurements as Markdown and as JSON."""

import importlib.metadata
import json
import os
import platform
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.bench.measurements import Measurement, Scenario, bootstrap_interval, paired_ratios, spread

COLUMNS = {
    "images_per_s": ("images/s", ".1f"),
    "cpu_ms": ("CPU-ms per image", ".2f"),
    "p50_ms": ("p50 ms", ".0f"),
    "p95_ms": ("p95 ms", ".0f"),
    "p99_ms": ("p99 ms", ".0f"),
    "rss_mb": ("peak RSS MB", ".0f"),
    "first_s": ("first answer s", ".1f"),
    "bytes_up": ("bytes up", ".0f"),
    "bytes_down": ("bytes down", ".0f"),
}
#: The server that all others are compared with.
REFERENCE = "this, float32, history on"


def machine() -> dict[str, Any]:
    """Return the machine, the versions and the load before the benchmark."""
    processor = next(
        (line.split(":")[1].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")), "unknown"
    )
    memory_kb = next((int(line.split()[1]) for line in _lines("/proc/meminfo") if line.startswith("MemTotal")), 0)
    return {
        "processor": processor,
        "cores": os.cpu_count(),
        "memory_gb": round(memory_kb / 1e6, 1),
        "system": platform.platform(),
        "python": platform.python_version(),
        "litert": importlib.metadata.version("ai-edge-litert"),
        "load_average_before": os.getloadavg()[0],
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def markdown(measurements: Sequence[Measurement], machine: dict[str, Any]) -> str:
    return "\n".join(_document(measurements, machine)) + "\n"


def as_json(measurements: Sequence[Measurement], machine: dict[str, Any]) -> str:
    document = {"machine": machine, "runs": [measurement.as_json() for measurement in measurements]}
    return json.dumps(document, indent=1) + "\n"


def _document(measurements: Sequence[Measurement], machine: dict[str, Any]) -> Iterator[str]:
    yield ", ".join(f"{name} {value}" for name, value in machine.items())
    rounds = len({measurement.round for measurement in measurements})
    yield f"Medians of {rounds} interleaved rounds; CPU-ms and images/s with minimum and maximum."
    for scenario in dict.fromkeys(measurement.scenario for measurement in measurements):
        yield from ("", f"### {scenario.picture}, connections: {scenario.connections}", "")
        yield from _table([measurement for measurement in measurements if measurement.scenario == scenario])
        yield from _ratios(measurements, scenario)


def _table(measurements: Sequence[Measurement]) -> Iterator[str]:
    yield "| server | " + " | ".join(title for title, _ in COLUMNS.values()) + " |"
    yield "|---" + "|---:" * len(COLUMNS) + "|"
    for server in dict.fromkeys(measurement.server for measurement in measurements):
        rounds = [measurement.values for measurement in measurements if measurement.server == server]
        yield f"| {server} | " + " | ".join(_cells(rounds)) + " |"


def _cells(rounds: Sequence[dict[str, float]]) -> Iterator[str]:
    for column, (_, spec) in COLUMNS.items():
        values = [round_values[column] for round_values in rounds if round_values.get(column)]
        if not values:
            yield "–"
        elif column in {"images_per_s", "cpu_ms"}:
            yield f"{spread(values):{spec}}"
        else:
            yield f"{spread(values).median:{spec}}"


def _ratios(measurements: Sequence[Measurement], scenario: Scenario) -> Iterator[str]:
    servers = dict.fromkeys(measurement.server for measurement in measurements if measurement.scenario == scenario)
    lines = [line for server in servers if server != REFERENCE if (line := _ratio(measurements, server, scenario))]
    if lines:
        yield from ("", f"*{REFERENCE}* divided by each other server, by round, with the 95 % interval:", "", *lines)


def _ratio(measurements: Sequence[Measurement], server: str, scenario: Scenario) -> str:
    ratios = {
        column: paired_ratios(measurements, REFERENCE, server, scenario, column)
        for column in ("images_per_s", "cpu_ms", "p95_ms")
    }
    if not ratios["images_per_s"]:
        return ""
    speed, cost, latency = map(bootstrap_interval, ratios.values())
    return f"- {server}: images/s {speed:.2f}, CPU-ms {cost:.2f}, p95 {latency:.2f}"


def _lines(path: str) -> list[str]:
    return Path(path).read_text(encoding="utf-8").splitlines() if Path(path).exists() else []
