"""Both roles in a production-like stack: nginx with TLS, one frontend, several backends, PostgreSQL, Redis and S3."""

import os
import secrets
import shutil
import string
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from infrastructure.local import certificate, servers
from infrastructure.local.servers import LOOPBACK, Bucket, MissingServerError, Server, free_port

ROOT = Path(__file__).resolve().parents[2]
#: Browsers resolve every name below .localhost to the loopback interface, without DNS.
FRONTEND_HOST, BACKEND_HOST = "animals.localhost", "backend.animals.localhost"


@dataclass(frozen=True, slots=True)
class Stack:
    """All servers of a stack. ``certificate`` is self-signed: clients trust it as their certificate authority."""

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
        """Return the page's origin."""
        return f"https://{FRONTEND_HOST}:{self.port}"

    @property
    def socket_url(self) -> str:
        """Return the WebSocket URL for classification."""
        return f"wss://{BACKEND_HOST}:{self.port}/ws/classify"

    @property
    def servers(self) -> tuple[Server, ...]:
        """Return all servers in the order in which they start."""
        return self.postgres, self.redis, self.bucket.server, *self.backends, self.frontend, self.nginx


@contextmanager
def run_stack(
    folder: Path, *, port: int = 0, backends: int = 1, variables: Mapping[str, str] = MappingProxyType({})
) -> Iterator[Stack]:
    """Run a stack in ``folder`` at ``port`` or a free port. Both roles get ``variables``. Stops in reverse order."""
    stack = _configure_stack(folder, port or free_port(), backends, variables)
    with ExitStack() as running_servers:
        for server in stack.servers:
            if server is stack.backends[0]:
                manage("migrate", "--verbosity", "0", **server.environment)
            running_servers.enter_context(servers.run_server(server))
        yield stack


def manage(*arguments: str, **variables: str) -> None:
    """Run a command of ``manage.py``. Raises ``CalledProcessError`` if it fails."""
    subprocess.run([sys.executable, "manage.py", *arguments], cwd=ROOT, env={**os.environ, **variables}, check=True)  # noqa: S603


def _configure_stack(folder: Path, port: int, backends: int, variables: Mapping[str, str]) -> Stack:
    postgres, redis = servers.postgres(folder / "postgres"), servers.redis(folder / "redis")
    bucket = servers.s3(folder / "s3")
    common = {**_common_variables(folder, port, postgres, redis, bucket), **variables}
    frontend_variables = {**common, "ROLE": "frontend", "ALLOWED_HOSTS": FRONTEND_HOST}
    backend_variables = {**common, "ROLE": "backend", "ALLOWED_HOSTS": BACKEND_HOST}
    frontend = _product_server("frontend", folder / "frontend", frontend_variables)
    backend_servers = tuple(
        _product_server(f"backend {number}", folder / f"backend-{number}", backend_variables)
        for number in range(1, backends + 1)
    )
    tls = certificate.self_signed(folder / "tls", [FRONTEND_HOST, BACKEND_HOST])
    nginx = _nginx(folder / "nginx", port, tls, frontend, backend_servers)
    return Stack(folder, port, tls[0], postgres, redis, bucket, frontend, backend_servers, nginx)


def _common_variables(folder: Path, port: int, postgres: Server, redis: Server, bucket: Bucket) -> dict[str, str]:
    """Return the environment variables that both roles have in a deployment."""
    return {
        "ENVIRONMENT": "production",
        "DEBUG": "0",
        "SECRET_KEY_FILE": str(_create_secret_key(folder / "secret_key")),
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


def _create_secret_key(file: Path) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    if not file.exists():
        file.touch(mode=0o600)
        file.write_text(secrets.token_urlsafe(64))
    return file


def _product_server(name: str, folder: Path, variables: dict[str, str]) -> Server:
    """Return a process of the product, ready when ``/readyz`` answers 200."""
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    command = [sys.executable, str(ROOT / "manage.py"), "serve", "--host", LOOPBACK, "--port", str(port)]
    environment = {**variables, "DATA_DIR": str(folder)}
    return Server(name, command, port, folder, is_ready=lambda: _answers_readyz(port), environment=environment)


def _answers_readyz(port: int) -> bool:
    with suppress(OSError), urllib.request.urlopen(f"http://{LOOPBACK}:{port}/readyz", timeout=2) as response:
        return bool(response.status == 200)
    return False


def _nginx(folder: Path, port: int, tls: tuple[Path, Path], frontend: Server, backends: tuple[Server, ...]) -> Server:
    program = shutil.which("nginx", path=f"{os.environ['PATH']}{os.pathsep}/usr/sbin")
    if not program:
        raise MissingServerError("nginx is not installed (Debian: apt-get install nginx-light)")
    folder.mkdir(parents=True, exist_ok=True)
    upstreams = [f"server {LOOPBACK}:{backend.port} max_fails=1 fail_timeout=1s;" for backend in backends]
    placeholders = {
        "RUN": str(folder),
        "CERTIFICATE": str(tls[0]),
        "KEY": str(tls[1]),
        "LISTEN": f"{LOOPBACK}:{port}",
        "FRONTEND": f"{LOOPBACK}:{frontend.port}",
        "FRONTEND_HOST": FRONTEND_HOST,
        "BACKEND_HOST": BACKEND_HOST,
        "BACKENDS": "\n        ".join(upstreams),
    }
    template = string.Template(Path(__file__).with_name("nginx.conf.template").read_text(encoding="utf-8"))
    configuration = folder / "nginx.conf"
    configuration.write_text(template.safe_substitute(placeholders), encoding="utf-8")
    command = [program, "-p", str(folder), "-e", "stderr", "-c", str(configuration)]
    return Server("nginx", command, port, folder, is_ready=lambda: servers.is_listening(port))
