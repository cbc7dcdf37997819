"""A backend with its three stores, each behind a line that can be slow; and what it has written where."""

import re
import statistics
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4, uuid5

import psycopg

from classifier.websocket import tickets
from infrastructure.local import servers
from infrastructure.local.servers import LOOPBACK, Bucket, Server
from tests.reliability.slow import Line
from tests.server_process import RunningServer, running_server
from tests.stores import postgres_server, redis_server, s3_server
from tests.websocket_client import authenticated_client

SLOW_S = 0.5


@dataclass
class House:
    """``postgres``, ``redis`` and ``s3`` can be harmed and healed; ``owner`` asks."""

    postgres: Server
    redis: Server
    bucket: Bucket
    lines: dict[str, Line]
    owner: UUID = field(default_factory=uuid4)

    @property
    def variables(self) -> dict[str, str]:
        """The stores as a backend is told of them."""
        return {
            "DATABASE_URL": f"postgresql://postgres@{LOOPBACK}:{self.lines['postgres'].port}/postgres",
            "REDIS_URL": f"redis://{LOOPBACK}:{self.lines['redis'].port}/0",
            "S3_BUCKET": self.bucket.name,
            "S3_ENDPOINT": f"http://{LOOPBACK}:{self.lines['s3'].port}",
            "S3_REGION": "eu-central-1",
            "AWS_ACCESS_KEY_ID": self.bucket.access_key,
            "AWS_SECRET_ACCESS_KEY": self.bucket.secret_key,
        }

    def backend(self, folder: Path, **variables: str) -> Any:
        """A backend of this house, with ``folder`` as its disk."""
        settings: dict[str, Any] = {**self.variables, "ROLE": "backend", "WORKERS": "1", **variables}
        return running_server(folder, **settings)

    def harm(self, part: str, how: str) -> None:
        """``killed``, ``hung`` or ``slow``."""
        if how == "slow":
            self.lines[part].delay_s = SLOW_S
        elif how == "hung":
            self._server(part).freeze()
        else:
            self._server(part).kill()

    def heal(self, part: str, how: str) -> None:
        """As it was."""
        self.lines[part].delay_s = 0
        if how == "hung":
            self._server(part).thaw()
        elif how == "killed":
            self._server(part).start()

    @contextmanager
    def harmed(self, *parts: str, how: str = "killed") -> Iterator[None]:
        """For a while."""
        for part in parts:
            self.harm(part, how)
        try:
            yield
        finally:
            for part in parts:
                self.heal(part, how)

    def rows(self, jobs: list[str]) -> list[tuple[str, str]]:
        """Ids and photos of what is written of these jobs."""
        wanted = [uuid5(self.owner, job) for job in jobs]
        with psycopg.connect(servers.postgres_url(self.postgres)) as line:
            query = "SELECT id::text, photo FROM classifier_classification WHERE id = ANY(%s)"
            return line.execute(query, [wanted]).fetchall()

    def written_within_s(self, jobs: list[str], *, photos: bool = False, give_up_s: float = 60) -> float:
        """How long it takes until all of these jobs are written, with their photos. Raises ``AssertionError``."""
        began = time.monotonic()
        while time.monotonic() < began + give_up_s:
            found = self.rows(jobs)
            if len(found) == len(jobs) and (not photos or all(photo for _, photo in found)):
                return time.monotonic() - began
            time.sleep(0.05)
        raise AssertionError(f"{len(self.rows(jobs))} of {len(jobs)} are written: {found[:3]}")

    def _server(self, part: str) -> Server:
        return {"postgres": self.postgres, "redis": self.redis, "s3": self.bucket.server}[part]


@contextmanager
def house() -> Iterator[House]:
    """All three stores, healthy."""
    with ExitStack() as running_here:
        postgres, redis = (running_here.enter_context(server()) for server in (postgres_server, redis_server))
        bucket = running_here.enter_context(s3_server())
        ports = {"postgres": postgres.port, "redis": redis.port, "s3": bucket.server.port}
        lines = {part: Line(port) for part, port in ports.items()}
        for line in lines.values():
            running_here.callback(line.close)
        yield House(postgres, redis, bucket, lines)


@dataclass
class Asked:
    """Jobs that were answered, and how long each answer took, in milliseconds."""

    jobs: list[str]
    took_ms: list[float]

    @property
    def median_ms(self) -> float:
        return statistics.median(self.took_ms)


async def ask(house: House, server: RunningServer, picture: bytes, times: int, **fields: Any) -> Asked:
    """Asks one after the other; every one must be answered."""
    asked = Asked([], [])
    async with authenticated_client(server, tickets.issue(house.owner, server.url)) as client:
        for _ in range(times):
            began = time.monotonic()
            answer = await client.classify(picture, **{"views": "fast", **fields})
            assert answer["type"] == "result", answer
            asked.took_ms.append((time.monotonic() - began) * 1000)
            asked.jobs.append(answer["id"])
    return asked


def metric(server: RunningServer, name: str) -> float:
    """One figure of a server's ``/metrics``."""
    with urllib.request.urlopen(f"{server.url}/metrics", timeout=10) as answer:
        found = re.search(rf"^{name} (\S+)$", answer.read().decode(), flags=re.MULTILINE)
    assert found, name
    return float(found[1])
