"""This product as a real process: ``manage.py serve`` on a free port, with a data folder of its own."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil
from django.conf import settings

ROOT = settings.BASE_DIR
#: Variables of the tester's shell that would change what is tested.
SHARED = {"SECRET_KEY": settings.SECRET_KEY, "PYTHON_DOTENV_DISABLED": "1"}
OURS = (
    *("ROLE", "ENVIRONMENT", "DEBUG", "HOST", "PORT", "SECRET_KEY", "ALLOWED_HOSTS", "FRONTEND_ORIGINS", "ENGINE"),
    "PRECISION",
    *("DATABASE_URL", "REDIS_URL", "KEEP_PHOTOS", "S3_BUCKET", "S3_ENDPOINT", "S3_REGION"),
    *("METRICS_TOKEN", "LOG_FORMAT", "EMF_EVERY_S", "EMF_NAMESPACE", "SPOOL_DIR"),
)

SERVE = ("manage.py", "serve", "--port", "0")


def serve_on(port: int) -> tuple[str, ...]:
    """``serve`` where another one was, or will be."""
    return (*SERVE[:-1], str(port))


@dataclass(frozen=True, slots=True)
class Running:
    """A server that answers at ``url``; its record is in ``data_dir``, and what it said in ``log`` at its end."""

    url: str
    data_dir: Path
    process: psutil.Process
    log: list[str] = field(default_factory=list)

    @property
    def socket_url(self) -> str:
        return f"{self.url.replace('http', 'ws', 1)}/ws/classify"


def environment(data_dir: Path, **variables: str) -> dict[str, str]:
    """A clean environment for a process of ours."""
    inherited = {name: value for name, value in os.environ.items() if name not in OURS}
    return {**inherited, "DATA_DIR": str(data_dir), "DEBUG": "0", "PYTHONUNBUFFERED": "1", **SHARED, **variables}


def manage(data_dir: Path, *arguments: str, **variables: str) -> str:
    """What ``manage.py`` prints. Raises ``CalledProcessError`` when it fails."""
    command = [sys.executable, "manage.py", *arguments]
    done = subprocess.run(
        command, cwd=ROOT, env=environment(data_dir, **variables), capture_output=True, text=True, check=True
    )
    return done.stdout


def collected(build: Path) -> Path:
    """A ``BUILD_DIR`` with this machine's model, and the static files as they are now."""
    build.mkdir(exist_ok=True)
    for name in ("model", "photos"):
        (build / name).symlink_to(settings.BUILD_DIR / name)
    manage(build, "collectstatic", "--no-input", "--verbosity", "0", BUILD_DIR=str(build))
    return build


@contextmanager
def running(data_dir: Path, *, program: tuple[str, ...] = SERVE, **variables: str) -> Iterator[Running]:
    """Migrates, serves, and stops with SIGTERM. ``program``: what Python runs; ``serve`` on a free port by default."""
    data_dir.mkdir(parents=True, exist_ok=True)
    manage(data_dir, "migrate", "--verbosity", "0", **variables)
    process = subprocess.Popen(
        [sys.executable, *program],
        cwd=ROOT,
        env=environment(data_dir, **variables),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    log: list[str] = []
    try:
        yield Running(announced(process), data_dir, psutil.Process(process.pid), log)
    finally:
        process.terminate()
        log.append(process.communicate(timeout=30)[0])


def announced(process: subprocess.Popen[str]) -> str:
    """Reads what a server says until it says where it is; its URL."""
    assert process.stdout
    said = []
    for line in process.stdout:
        said.append(line)
        if found := re.search(r"(?:squirrel\?|ready at) +\w+://([^/]+)/", line):
            return f"http://{found[1]}"
    raise AssertionError(f"the server ended before it answered:\n{''.join(said)}")
