"""Two roles for real: nginx with TLS before one frontend and some backends, PostgreSQL, Redis and S3 behind them."""

import os
import secrets
import shutil
import string
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from infrastructure.local import certificate, servers
from infrastructure.local.servers import LOOPBACK, Bucket, MissingServerError, Server, free_port

ROOT = Path(__file__).resolve().parents[2]
#: Browsers take every name below .localhost for this machine, without asking anybody.
FRONTEND_HOST, BACKEND_HOST = "animals.localhost", "backend.animals.localhost"


@dataclass(frozen=True, slots=True)
class Stack:
    """What runs. ``certificate`` is its own authority."""

    folder: Path
    port: int
    certificate: Path
    postgres: Server
    redis: Server
    bucket: Bucket
    frontend: Server
    backends: tuple[Server, ...]
    nginx: Server

    @property
    def url(self) -> str:
        """The page's origin."""
        return f"https://{FRONTEND_HOST}:{self.port}"

    @property
    def socket_url(self) -> str:
        """Where the page's socket goes."""
        return f"wss://{BACKEND_HOST}:{self.port}/ws/classify"

    @property
    def servers(self) -> tuple[Server, ...]:
        """All of it, in the order in which it starts."""
        return self.postgres, self.redis, self.bucket.server, *self.backends, self.frontend, self.nginx


@contextmanager
def stack(
    folder: Path, *, port: int = 0, backends: int = 1, variables: Mapping[str, str] = MappingProxyType({})
) -> Iterator[Stack]:
    """Runs it in ``folder``, at ``port`` or a free one; ``variables`` are for both roles. Ends in reverse order."""
    laid_out = _laid_out(folder, port or free_port(), backends, variables)
    with ExitStack() as running:
        for server in laid_out.servers:
            if server is laid_out.backends[0]:
                manage("migrate", "--verbosity", "0", **server.environment)
            running.enter_context(servers.started(server))
        yield laid_out


def manage(*arguments: str, **variables: str) -> None:
    """One command of ``manage.py``."""
    subprocess.run([sys.executable, "manage.py", *arguments], cwd=ROOT, env={**os.environ, **variables}, check=True)  # noqa: S603


def _laid_out(folder: Path, port: int, backends: int, variables: Mapping[str, str]) -> Stack:
    postgres, redis = servers.postgres(folder / "postgres"), servers.redis(folder / "redis")
    bucket = servers.s3(folder / "s3")
    shared = {**_shared(folder, port, postgres, redis, bucket), **variables}
    frontend = _role("frontend", folder / "frontend", {**shared, "ROLE": "frontend", "ALLOWED_HOSTS": FRONTEND_HOST})
    at_work = {**shared, "ROLE": "backend", "ALLOWED_HOSTS": BACKEND_HOST}
    classifying = tuple(_role(f"backend {n}", folder / f"backend-{n}", at_work) for n in range(1, backends + 1))
    pem, key = certificate.self_signed(folder / "tls", [FRONTEND_HOST, BACKEND_HOST])
    nginx = _nginx(folder / "nginx", port, (pem, key), frontend, classifying)
    return Stack(folder, port, pem, postgres, redis, bucket, frontend, classifying, nginx)


def _shared(folder: Path, port: int, postgres: Server, redis: Server, bucket: Bucket) -> dict[str, str]:
    """What both roles are told, as a deployment tells it."""
    return {
        "ENVIRONMENT": "production",
        "DEBUG": "0",
        "SECRET_KEY_FILE": str(_key(folder / "secret_key")),
        "FRONTEND_ORIGINS": f"https://{FRONTEND_HOST}:{port}",
        "BACKEND_WS_URL": f"wss://{BACKEND_HOST}:{port}",
        "TRUSTED_PROXIES": "1",
        "DATABASE_URL": servers.postgres_url(postgres),
        "REDIS_URL": servers.redis_url(redis),
        "S3_BUCKET": bucket.name,
        "S3_ENDPOINT": bucket.endpoint,
        "AWS_ACCESS_KEY_ID": bucket.access_key,
        "AWS_SECRET_ACCESS_KEY": bucket.secret_key,
        "S3_REGION": "eu-central-1",
        "PYTHON_DOTENV_DISABLED": "1",
    }


def _key(file: Path) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    if not file.exists():
        file.touch(mode=0o600)
        file.write_text(secrets.token_urlsafe(64))
    return file


def _role(name: str, folder: Path, variables: dict[str, str]) -> Server:
    """One process of the product; ready when it says so."""
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    command = [sys.executable, str(ROOT / "manage.py"), "serve", "--host", LOOPBACK, "--port", str(port)]
    environment = {**variables, "DATA_DIR": str(folder)}
    return Server(name, command, port, folder, ready=lambda: _is_ready(port), environment=environment)


def _is_ready(port: int) -> bool:
    with suppress(OSError), urllib.request.urlopen(f"http://{LOOPBACK}:{port}/readyz", timeout=2) as answer:
        return bool(answer.status == 200)
    return False


def _nginx(folder: Path, port: int, tls: tuple[Path, Path], frontend: Server, backends: tuple[Server, ...]) -> Server:
    program = shutil.which("nginx", path=f"{os.environ['PATH']}{os.pathsep}/usr/sbin")
    if not program:
        raise MissingServerError("nginx is not on this system (Debian: apt-get install nginx-light)")
    folder.mkdir(parents=True, exist_ok=True)
    words = {
        "RUN": str(folder),
        "CERTIFICATE": str(tls[0]),
        "KEY": str(tls[1]),
        "LISTEN": f"{LOOPBACK}:{port}",
        "FRONTEND": f"{LOOPBACK}:{frontend.port}",
        "FRONTEND_HOST": FRONTEND_HOST,
        "BACKEND_HOST": BACKEND_HOST,
        "BACKENDS": "\n        ".join(f"server {LOOPBACK}:{one.port} max_fails=1 fail_timeout=1s;" for one in backends),
    }
    template = string.Template(Path(__file__).with_name("nginx.conf.template").read_text(encoding="utf-8"))
    (folder / "nginx.conf").write_text(template.safe_substitute(words), encoding="utf-8")
    command = [program, "-p", str(folder), "-e", "stderr", "-c", str(folder / "nginx.conf")]
    return Server("nginx", command, port, folder, ready=lambda: servers.listens(port))
