"""The servers that the benchmark compares, and how each is started on given cores."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.conf import settings

from classifier.websocket import tickets
from infrastructure.local.servers import free_port
from tests.server_process import ROOT, make_environment, migrate, serve_on

#: Has the packages of the peers, which the product's own environment does not need.
BENCH_PYTHON = str(ROOT / ".venv-bench" / "bin" / "python")

#: The fields of a command to the load generator that tell it how to reach a server.
Target = dict[str, Any]


@dataclass(frozen=True, slots=True)
class StartedServer:
    """A server process, the time of its start, and the target for the load generator."""

    started_at: float
    target: Target


@dataclass(frozen=True, slots=True)
class MeasuredServer:
    """A server of the comparison. ``command`` takes a port and a number of workers, ``target`` a port."""

    name: str
    command: Callable[[int, int], list[str]]
    target: Callable[[int], Target]
    variables: dict[str, str] = field(default_factory=dict)


def this_product(precision: str, history: str) -> MeasuredServer:
    """Return this product's backend. ``history``: ``on`` or ``off``, whether it records the answers."""

    def target(port: int) -> Target:
        ticket = tickets.issue(uuid4(), f"http://127.0.0.1:{port}")
        url = f"ws://127.0.0.1:{port}/ws/classify"
        return {"protocol": "classify", "url": url, "ticket": ticket, "record": history == "on"}

    limits = dict.fromkeys(("OWNER_JOBS", "ADDRESS_JOBS"), "1000000")
    return MeasuredServer(
        f"this, {precision}, history {history}",
        lambda port, _: [sys.executable, *serve_on(port)],
        target,
        {"ROLE": "backend", "PRECISION": precision, "MAX_WAITING": "256", **limits},
    )


def peer(name: str, module: str, path: str, *, in_base64: bool = False) -> MeasuredServer:
    """Return another server around the same model: a module of ``tests.bench.peers``."""
    protocol = "seed" if module == "seed" else "http"
    scheme = "ws" if protocol == "seed" else "http"
    return MeasuredServer(
        name,
        lambda port, workers: [BENCH_PYTHON, "-m", f"tests.bench.peers.{module}", str(port), str(workers)],
        lambda port: {"protocol": protocol, "url": f"{scheme}://127.0.0.1:{port}{path}", "base64": in_base64},
        {"BENCH_MODEL": str(settings.MODEL_DIR), "TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": ""},
    )


SERVERS = [
    *(this_product(precision, history) for precision in ("float32", "int8") for history in ("on", "off")),
    peer("FastAPI + uvicorn + LiteRT", "fastapi_litert", "/predict"),
    peer("mosec", "mosec_litert", "/inference"),
    peer("LitServe", "litserve_litert", "/predict", in_base64=True),
    peer("FastAPI + Keras eager, base64", "seed", "/ws"),
]


@contextmanager
def started_server(
    server: MeasuredServer, cores: list[int], data_dir: Path, clock: Callable[[], float]
) -> Iterator[StartedServer]:
    """Start a server on ``cores``, and stop it with SIGTERM."""
    migrate(data_dir)
    port = free_port()
    with (data_dir / "server.log").open("ab") as log:
        started_at = clock()
        process = subprocess.Popen(
            ["taskset", "--cpu-list", ",".join(map(str, cores)), *server.command(port, len(cores))],
            cwd=ROOT,
            env=make_environment(data_dir, **server.variables, WORKERS=str(len(cores))),
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        try:
            yield StartedServer(started_at, {"pid": process.pid, **server.target(port)})
        finally:
            stop(process)


def stop(process: subprocess.Popen[bytes]) -> None:
    """Send SIGTERM, and SIGKILL to the whole process group after 30 s."""
    process.terminate()
    with suppress(subprocess.TimeoutExpired):
        process.wait(timeout=30)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
