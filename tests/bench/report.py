"""Runs → Markdown for people and JSON for programs."""

import importlib.metadata
import json
import os
import platform
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.bench.figures import Cell, Run, interval, paired_ratios, spread

COLUMNS = {
    "images_per_s": ("images/s", ".1f"),
    "cpu_ms": ("CPU-ms an image", ".2f"),
    "p50_ms": ("p50 ms", ".0f"),
    "p95_ms": ("p95 ms", ".0f"),
    "p99_ms": ("p99 ms", ".0f"),
    "rss_mb": ("peak RSS MB", ".0f"),
    "first_s": ("first answer s", ".1f"),
    "bytes_up": ("bytes up", ".0f"),
    "bytes_down": ("down", ".0f"),
}
#: Whose figures the others' are compared with.
OURS = "this, float32, history on"


def machine() -> dict[str, Any]:
    """What this ran on, and how busy it was with other things when it began."""
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


def markdown(runs: Sequence[Run], described: dict[str, Any]) -> str:
    return "\n".join(_document(runs, described)) + "\n"


def as_json(runs: Sequence[Run], described: dict[str, Any]) -> str:
    return json.dumps({"machine": described, "runs": [run.as_json() for run in runs]}, indent=1) + "\n"


def _document(runs: Sequence[Run], described: dict[str, Any]) -> Iterator[str]:
    yield ", ".join(f"{name} {value}" for name, value in described.items())
    rounds = len({run.round for run in runs})
    yield f"Medians of {rounds} interleaved rounds; CPU-ms and images/s with the least and the most."
    for cell in dict.fromkeys(run.cell for run in runs):
        yield from ("", f"### {cell.picture}, connections: {cell.connections}", "")
        yield from _table([run for run in runs if run.cell == cell])
        yield from _ratios(runs, cell)


def _table(runs: Sequence[Run]) -> Iterator[str]:
    yield "| server | " + " | ".join(title for title, _ in COLUMNS.values()) + " |"
    yield "|---" + "|---:" * len(COLUMNS) + "|"
    for name in dict.fromkeys(run.contestant for run in runs):
        yield f"| {name} | " + " | ".join(_cells([run.figures for run in runs if run.contestant == name])) + " |"


def _cells(figures: Sequence[dict[str, float]]) -> Iterator[str]:
    for key, (_, spec) in COLUMNS.items():
        values = [found[key] for found in figures if found.get(key)]
        if not values:
            yield "–"
        elif key in {"images_per_s", "cpu_ms"}:
            yield f"{spread(values):{spec}}"
        else:
            yield f"{spread(values).median:{spec}}"


def _ratios(runs: Sequence[Run], cell: Cell) -> Iterator[str]:
    others = dict.fromkeys(run.contestant for run in runs if run.cell == cell and run.contestant != OURS)
    lines = [line for other in others if (line := _ratio(runs, other, cell))]
    if lines:
        yield from ("", f"*{OURS}* over each other, round by round, with the 95 % interval:", "", *lines)


def _ratio(runs: Sequence[Run], other: str, cell: Cell) -> str:
    speeds = paired_ratios(runs, OURS, other, cell, "images_per_s")
    costs = paired_ratios(runs, OURS, other, cell, "cpu_ms")
    tails = paired_ratios(runs, OURS, other, cell, "p95_ms")
    if not speeds:
        return ""
    return f"- {other}: images/s {interval(speeds):.2f}, CPU-ms {interval(costs):.2f}, p95 {interval(tails):.2f}"


def _lines(path: str) -> list[str]:
    return Path(path).read_text(encoding="utf-8").splitlines() if Path(path).exists() else []
