"""Start the product as a real process: ``manage.py serve`` on a free port, with its own data folder."""

import http.client
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

import psutil
from django.conf import settings

ROOT = settings.BASE_DIR
#: Set for each process, so that the tests can sign tickets and cookies, and no ``.env`` file is read.
FIXED_VARIABLES = {"SECRET_KEY": settings.SECRET_KEY, "PYTHON_DOTENV_DISABLED": "1"}
#: Not inherited from the shell that runs the tests: they would change what is tested. The tests' own build is used.
PRODUCT_VARIABLES = {
    *re.findall(r"^\| `([A-Z0-9_]+)` \|", (ROOT / "docs" / "configuration.md").read_text("utf-8"), flags=re.MULTILINE)
} - {"BUILD_DIR", "KERAS_HOME"}

SERVE = ("manage.py", "serve", "--port", "0")


def serve_on(port: int) -> tuple[str, ...]:
    """Return a ``program`` that serves on this port, for a server that is started a second time."""
    return (*SERVE[:-1], str(port))


@dataclass(frozen=True, slots=True)
class RunningServer:
    """A server that answers at ``url`` and stores its data in ``data_dir``; ``log`` is filled when it ends."""

    url: str
    data_dir: Path
    process: psutil.Process
    log: list[str] = field(default_factory=list)

    @property
    def socket_url(self) -> str:
        return f"{self.url.replace('http', 'ws', 1)}/ws/classify"

    def get(self, path: str, host: str | None = None) -> tuple[int, bytes]:
        """Request a page, with another ``Host`` header if ``host`` is given, and return its status and body."""
        with closing(http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=10)) as connection:
            connection.request("GET", path, headers={"Host": host} if host else {})
            response = connection.getresponse()
            return response.status, response.read()


def make_environment(data_dir: Path, **variables: str) -> dict[str, str]:
    """Return the environment variables of a process of the product."""
    inherited = {name: value for name, value in os.environ.items() if name not in PRODUCT_VARIABLES}
    return {
        **inherited,
        "DATA_DIR": str(data_dir),
        "DEBUG": "0",
        "PYTHONUNBUFFERED": "1",
        **FIXED_VARIABLES,
        **variables,
    }


def manage(data_dir: Path, *arguments: str, **variables: str) -> str:
    """Run ``manage.py`` and return its standard output. Raises ``CalledProcessError`` when it fails."""
    completed = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=make_environment(data_dir, **variables),
        capture_output=True,
        text=True,
        check=True,
    )
    return completed.stdout


def make_build_dir(build: Path) -> Path:
    """Fill a ``BUILD_DIR`` with links to this machine's model and photos and with the current static files."""
    build.mkdir(exist_ok=True)
    for name in ("model", "photos"):
        (build / name).symlink_to(settings.BUILD_DIR / name)
    manage(build, "collectstatic", "--no-input", "--verbosity", "0", BUILD_DIR=str(build))
    return build


def migrate(data_dir: Path, **variables: str) -> None:
    """Create the tables of a server's database. Each process of the tests runs the migrations once per database URL."""
    data_dir.mkdir(parents=True, exist_ok=True)
    file = data_dir / "db.sqlite3"
    if url := variables.get("DATABASE_URL"):
        _migrate_database(url)
    elif not file.exists():
        file.write_bytes(_migrated_sqlite())


@cache
def _migrate_database(url: str) -> None:
    with TemporaryDirectory() as folder:
        manage(Path(folder), "migrate", "--verbosity", "0", DATABASE_URL=url)


@cache
def _migrated_sqlite() -> bytes:
    with TemporaryDirectory() as folder:
        manage(Path(folder), "migrate", "--verbosity", "0")
        return Path(folder, "db.sqlite3").read_bytes()


@contextmanager
def running_server(data_dir: Path, *, program: tuple[str, ...] = SERVE, **variables: str) -> Iterator[RunningServer]:
    """Migrate the database, start ``program`` with Python, and stop it with SIGTERM."""
    migrate(data_dir, **variables)
    process = subprocess.Popen(
        [sys.executable, *program],
        cwd=ROOT,
        env=make_environment(data_dir, **variables),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    log: list[str] = []
    try:
        yield RunningServer(read_announced_url(process), data_dir, psutil.Process(process.pid), log)
    finally:
        process.terminate()
        assert process.stdout
        with process.stdout:
            log.append(process.stdout.read())  # communicate() would lose the lines that readline() has buffered
        process.wait(timeout=30)


def read_announced_url(process: subprocess.Popen[str]) -> str:
    """Read a server's output until it announces its URL. Raises ``AssertionError`` if it ends before."""
    assert process.stdout
    lines = []
    for line in process.stdout:
        lines.append(line)
        if match := re.search(r"(?:squirrel\?|ready at) +\w+://([^/]+)/", line):
            return f"http://{match[1]}"
    raise AssertionError(f"the server ended before it announced its URL:\n{''.join(lines)}")
