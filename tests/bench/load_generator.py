"""Load generator: a process on its own core that reads commands as lines of JSON and writes one result line for each.

It measures the time of each answer, and the processor time of all processes of the server.
"""

import asyncio
import base64
import json
import socket
import struct
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import psutil
from websockets.asyncio.client import connect

from tests.bench.client import Ticket, connected_client
from tests.bench.measurements import quantile

#: Size of Linux's ``struct tcp_info``, and the offset of its 64-bit counters of acknowledged and received bytes.
TCP_INFO_BYTES, TCP_INFO_OFFSET = 136, 120
#: Time from the start of a server to its first answer.
START_TIMEOUT_S = 180


@dataclass(frozen=True, slots=True)
class Connection:
    """One connection: ``classify`` returns when the picture is answered."""

    classify: Callable[[], Awaitable[object]]
    socket: socket.socket


@asynccontextmanager
async def classify_protocol(command: dict[str, Any], picture: bytes) -> AsyncIterator[Connection]:
    """Connect with this product's protocol."""
    async with connected_client(Ticket(command["ticket"], command["url"])) as client:
        transport = client.connection.transport
        yield Connection(
            lambda: client.classify(picture, views="fast", record=command["record"]),
            transport.get_extra_info("socket"),
        )


@asynccontextmanager
async def seed_protocol(command: dict[str, Any], picture: bytes) -> AsyncIterator[Connection]:
    """Connect with base64 in JSON over a WebSocket."""
    async with connect(command["url"], max_size=None, compression=None) as websocket:

        async def classify() -> None:
            image = f"data:image/jpeg;base64,{base64.b64encode(picture).decode()}"
            await websocket.send(json.dumps({"image": image, "threshold": 0}))
            assert "predictions" in json.loads(await websocket.recv())

        yield Connection(classify, websocket.transport.get_extra_info("socket"))


@asynccontextmanager
async def http_protocol(command: dict[str, Any], picture: bytes) -> AsyncIterator[Connection]:
    """POST the picture, or base64 in JSON, over one persistent connection."""
    sockets: list[socket.socket] = []

    def make_socket(address: Any) -> socket.socket:
        sockets.append(socket.socket(*address[:3]))
        sockets[-1].settimeout(0)
        return sockets[-1]

    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=1, socket_factory=make_socket)) as session:

        async def classify() -> None:
            if command["base64"]:
                body: dict[str, Any] = {"json": {"image_data": base64.b64encode(picture).decode()}}
            else:
                body = {"data": picture}
            async with session.post(command["url"], **body) as response:
                assert "predictions" in json.loads(await response.read()), response.status

        await classify()
        yield Connection(classify, sockets[-1])


PROTOCOLS = {"classify": classify_protocol, "seed": seed_protocol, "http": http_protocol}


async def wait_for_first_answer(command: dict[str, Any], picture: bytes) -> dict[str, Any]:
    """Retry until the server answers, and return the time by the clock that all processes share."""
    async with asyncio.timeout(START_TIMEOUT_S):
        while True:
            with suppress(OSError, aiohttp.ClientError, AssertionError, EOFError):
                async with PROTOCOLS[command["protocol"]](command, picture) as connection:
                    await connection.classify()
                    return {"answered_at": time.time()}
            await asyncio.sleep(0.02)


async def measure_load(command: dict[str, Any], picture: bytes) -> dict[str, Any]:
    """Send the picture over ``connections`` at once, each time after an answer, for ``seconds``."""
    async with AsyncExitStack() as stack:
        protocol = PROTOCOLS[command["protocol"]]
        connections = [
            await stack.enter_async_context(protocol(command, picture)) for _ in range(command["connections"])
        ]
        await asyncio.gather(*(connection.classify() for connection in connections))
        processes = process_tree(command["pid"])
        bytes_before, cpu_before, began = wire_bytes(connections), cpu_seconds(processes), time.perf_counter()
        until = began + command["seconds"]
        times_by_connection = await asyncio.gather(*(classify_until(connection, until) for connection in connections))
        elapsed, cpu = time.perf_counter() - began, cpu_seconds(processes) - cpu_before
        bytes_after = wire_bytes(connections)
    times = sorted(duration for durations in times_by_connection for duration in durations)
    return {
        "images_per_s": len(times) / elapsed,
        "cpu_ms": cpu / len(times) * 1000,
        "p50_ms": quantile(times, 0.50) * 1000,
        "p95_ms": quantile(times, 0.95) * 1000,
        "p99_ms": quantile(times, 0.99) * 1000,
        "rss_mb": sum(map(peak_rss_mb, processes)),
        "bytes_up": (bytes_after[0] - bytes_before[0]) / len(times),
        "bytes_down": (bytes_after[1] - bytes_before[1]) / len(times),
        "images": len(times),
    }


async def classify_until(connection: Connection, until: float) -> list[float]:
    """Return the seconds of each answer; at least one."""
    times: list[float] = []
    while not times or time.perf_counter() < until:
        began = time.perf_counter()
        await connection.classify()
        times.append(time.perf_counter() - began)
    return times


def process_tree(pid: int) -> list[psutil.Process]:
    process = psutil.Process(pid)
    return [process, *process.children(recursive=True)]


def cpu_seconds(processes: list[psutil.Process]) -> float:
    """Return the sum of user and system time."""
    times = [process.cpu_times() for process in processes]
    return sum(cpu_times.user + cpu_times.system for cpu_times in times)


def peak_rss_mb(process: psutil.Process) -> float:
    """Return the peak of resident memory; pages that processes share are counted for each of them."""
    status = Path(f"/proc/{process.pid}/status").read_text(encoding="utf-8")
    return int(status.split("VmHWM:")[1].split()[0]) * 1024 / 1e6


def wire_bytes(connections: list[Connection]) -> tuple[int, int]:
    """Return the bytes sent and received as the kernel counts them, headers and frames included."""
    counters = [struct.unpack_from("=QQ", _tcp_info(connection), TCP_INFO_OFFSET) for connection in connections]
    return sum(sent for sent, _ in counters), sum(received for _, received in counters)


def _tcp_info(connection: Connection) -> bytes:
    return connection.socket.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, TCP_INFO_BYTES)


ACTIONS = {"wait": wait_for_first_answer, "load": measure_load}


def main() -> None:
    for line in sys.stdin:
        command = json.loads(line)
        picture = Path(command["picture"]).read_bytes()
        sys.stdout.write(json.dumps(asyncio.run(ACTIONS[command["action"]](command, picture))) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
