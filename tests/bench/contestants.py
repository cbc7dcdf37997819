"""Who is measured, and how each is started: on the cores it is given, and on nothing else."""

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
from tests.server_process import ROOT, make_environment, manage, serve_on

#: What the peers are installed into; the product's own environment does without them.
BENCH_PYTHON = str(ROOT / ".venv-bench" / "bin" / "python")

Order = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Server:
    """A server that was just started: what the generator must know of it."""

    pid: int
    began: float
    order: Order


@dataclass(frozen=True, slots=True)
class Contestant:
    """``command``: what runs on a port with so many workers. ``order``: how the generator speaks to it on that port."""

    name: str
    command: Callable[[int, int], list[str]]
    order: Callable[[int], Order]
    variables: dict[str, str] = field(default_factory=dict)
    precision: str = "float32"


def this_one(precision: str, history: str) -> Contestant:
    """Our backend."""

    def order(port: int) -> Order:
        ticket = tickets.issue(uuid4(), f"http://127.0.0.1:{port}")
        url = f"ws://127.0.0.1:{port}/ws/classify"
        return {"speaks": "ours", "url": url, "ticket": ticket, "record": history == "on"}

    limits = dict.fromkeys(("OWNER_JOBS", "ADDRESS_JOBS"), "1000000")
    variables = {"ROLE": "backend", "PRECISION": precision, "MAX_WAITING": "256", **limits}
    return Contestant(
        f"this, {precision}, history {history}",
        lambda port, _: [sys.executable, *serve_on(port)],
        order,
        variables,
        precision,
    )


def peer(name: str, module: str, path: str, *, in_base64: bool = False) -> Contestant:
    """Somebody else's server around the same model."""
    speaks = "seed" if module == "seed" else "http"
    scheme = "ws" if speaks == "seed" else "http"
    return Contestant(
        name,
        lambda port, workers: [BENCH_PYTHON, "-m", f"tests.bench.peers.{module}", str(port), str(workers)],
        lambda port: {"speaks": speaks, "url": f"{scheme}://127.0.0.1:{port}{path}", "base64": in_base64},
        {"BENCH_MODEL": str(settings.MODEL_DIR), "TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": ""},
    )


CONTESTANTS = [
    *(this_one(precision, history) for precision in ("float32", "int8") for history in ("on", "off")),
    peer("FastAPI + uvicorn + LiteRT", "fastapi_litert", "/predict"),
    peer("mosec", "mosec_litert", "/inference"),
    peer("LitServe", "litserve_litert", "/predict", in_base64=True),
    peer("FastAPI + Keras eager, base64", "seed", "/ws"),
]


@contextmanager
def started(contestant: Contestant, cores: list[int], data_dir: Path, clock: Callable[[], float]) -> Iterator[Server]:
    """One server on ``cores``, ended with SIGTERM."""
    variables = {**contestant.variables, "WORKERS": str(len(cores))}
    manage(data_dir, "migrate", "--verbosity", "0")
    port, log = free_port(), (data_dir / "server.log").open("ab")
    began = clock()
    process = subprocess.Popen(
        ["taskset", "--cpu-list", ",".join(map(str, cores)), *contestant.command(port, len(cores))],
        cwd=ROOT,
        env=make_environment(data_dir, **variables),
        stdout=log,
        stderr=log,
        start_new_session=True,
    )
    try:
        yield Server(process.pid, began, {"pid": process.pid, **contestant.order(port)})
    finally:
        end(process)
        log.close()


def end(process: subprocess.Popen[bytes]) -> None:
    """SIGTERM, and SIGKILL for what does not listen; its own children with it."""
    process.terminate()
    with suppress(subprocess.TimeoutExpired):
        process.wait(timeout=30)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
