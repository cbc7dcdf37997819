"""PostgreSQL, Redis and S3 that a test can kill, freeze or delay under a running backend."""

import re
import statistics
import time
import urllib.request
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4, uuid5

import psycopg

from classifier.websocket import tickets
from infrastructure.local import servers
from infrastructure.local.servers import LOOPBACK, Bucket, Server
from tests.reliability.tcp_proxy import TcpProxy
from tests.server_process import RunningServer, running_server
from tests.stores import postgres_server, redis_server, s3_server
from tests.websocket_client import authenticated_client

DELAY_S = 0.5
STORES = ("postgres", "redis", "s3")
OUTAGE_KINDS = ("killed", "hung", "slow")


@dataclass
class FaultyStores:
    """Three stores, each behind a proxy. ``owner`` sends the jobs of ``classify``."""

    postgres: Server
    redis: Server
    bucket: Bucket
    proxies: dict[str, TcpProxy]
    owner: UUID = field(default_factory=uuid4)

    @property
    def variables(self) -> dict[str, str]:
        """Return the environment variables of a backend that connects through the proxies."""
        return {
            "DATABASE_URL": f"postgresql://postgres@{LOOPBACK}:{self.proxies['postgres'].port}/postgres",
            "REDIS_URL": f"redis://{LOOPBACK}:{self.proxies['redis'].port}/0",
            "S3_BUCKET": self.bucket.name,
            "S3_ENDPOINT": f"http://{LOOPBACK}:{self.proxies['s3'].port}",
            "S3_REGION": "eu-central-1",
            "AWS_ACCESS_KEY_ID": self.bucket.access_key,
            "AWS_SECRET_ACCESS_KEY": self.bucket.secret_key,
        }

    def running_backend(self, folder: Path, **variables: str) -> AbstractContextManager[RunningServer]:
        """Start a backend with these stores and ``folder`` as its disk."""
        settings: dict[str, Any] = {**self.variables, "ROLE": "backend", "WORKERS": "1", **variables}
        return running_server(folder, **settings)

    def break_store(self, store: str, kind: str) -> None:
        """Make a store ``killed``, ``hung`` or ``slow``."""
        if kind == "slow":
            self.proxies[store].delay_s = DELAY_S
        elif kind == "hung":
            self._server(store).freeze()
        else:
            self._server(store).kill()

    def repair_store(self, store: str, kind: str) -> None:
        if kind == "slow":
            self.proxies[store].delay_s = 0
        elif kind == "hung":
            self._server(store).thaw()
        else:
            self._server(store).start()

    @contextmanager
    def outage(self, *stores: str, kind: str = "killed") -> Iterator[None]:
        """Break these stores, and repair them at the end."""
        for store in stores:
            self.break_store(store, kind)
        try:
            yield
        finally:
            for store in stores:
                self.repair_store(store, kind)

    def records(self, jobs: list[str]) -> list[tuple[str, str]]:
        """Return the ids and photo names of the stored records of these jobs."""
        ids = [uuid5(self.owner, job) for job in jobs]
        with psycopg.connect(servers.postgres_url(self.postgres)) as connection:
            query = "SELECT id::text, photo FROM classifier_classification WHERE id = ANY(%s)"
            return connection.execute(query, [ids]).fetchall()

    def wait_for_records(self, jobs: list[str], *, with_photos: bool = False, timeout_s: float = 60) -> float:
        """Wait until each job has a record, and return the seconds. Raises ``AssertionError`` after ``timeout_s``."""
        began = time.monotonic()
        while time.monotonic() < began + timeout_s:
            records = self.records(jobs)
            if len(records) == len(jobs) and (not with_photos or all(photo for _, photo in records)):
                return time.monotonic() - began
            time.sleep(0.05)
        raise AssertionError(f"{len(records)} of {len(jobs)} records are stored after {timeout_s} s: {records[:3]}")

    def _server(self, store: str) -> Server:
        return {"postgres": self.postgres, "redis": self.redis, "s3": self.bucket.server}[store]


@contextmanager
def faulty_stores() -> Iterator[FaultyStores]:
    """Start all three stores."""
    with ExitStack() as stack:
        postgres, redis = (stack.enter_context(server()) for server in (postgres_server, redis_server))
        bucket = stack.enter_context(s3_server())
        ports = (postgres.port, redis.port, bucket.server.port)
        proxies = {store: TcpProxy(port) for store, port in zip(STORES, ports, strict=True)}
        for proxy in proxies.values():
            stack.callback(proxy.close)
        yield FaultyStores(postgres, redis, bucket, proxies)


@dataclass
class AnsweredJobs:
    """Ids of answered jobs, and the milliseconds that each answer took."""

    ids: list[str]
    durations_ms: list[float]

    @property
    def median_ms(self) -> float:
        return statistics.median(self.durations_ms)


async def classify(
    stores: FaultyStores, server: RunningServer, photo: bytes, times: int, **fields: Any
) -> AnsweredJobs:
    """Send the photo as ``times`` jobs, one after the other. Raises ``AssertionError`` unless each gets a result."""
    jobs = AnsweredJobs([], [])
    async with authenticated_client(server, tickets.issue(stores.owner, server.url)) as client:
        for _ in range(times):
            began = time.monotonic()
            answer = await client.classify(photo, **{"views": "fast", **fields})
            assert answer["type"] == "result", answer
            jobs.durations_ms.append((time.monotonic() - began) * 1000)
            jobs.ids.append(answer["id"])
    return jobs


def metric(server: RunningServer, name: str) -> float:
    """Return the value of one metric without labels from ``/metrics``."""
    with urllib.request.urlopen(f"{server.url}/metrics", timeout=10) as response:
        match = re.search(rf"^{name} (\S+)$", response.read().decode(), flags=re.MULTILINE)
    assert match, f"/metrics has no {name}"
    return float(match[1])
