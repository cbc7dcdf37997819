"""The load generator: a process of its own on a core of its own, told what to do in lines of JSON.

It counts on both sides: seconds of each answer here, and the processor time of all the server's processes there.
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

from tests.bench.client import Ticket, connected
from tests.bench.figures import quantile

#: Linux's ``struct tcp_info``: where the 64-bit counts of bytes sent (and acknowledged) and received stand.
TCP_INFO_BYTES, TCP_INFO_AT = 136, 120
#: How long a server may take until its first answer.
PATIENCE_S = 180


@dataclass(frozen=True, slots=True)
class Line:
    """One connection: ``ask`` returns when a picture is answered."""

    ask: Callable[[], Awaitable[object]]
    socket: socket.socket


@asynccontextmanager
async def ours(order: dict[str, Any], photo: bytes) -> AsyncIterator[Line]:
    """The product's own protocol."""
    async with connected(Ticket(order["ticket"], order["url"])) as client:
        line = client.line.transport.get_extra_info("socket")
        yield Line(lambda: client.classify(photo, views="fast", record=order["record"]), line)


@asynccontextmanager
async def seed(order: dict[str, Any], photo: bytes) -> AsyncIterator[Line]:
    """base64 in JSON over a WebSocket."""
    async with connect(order["url"], max_size=None, compression=None) as line:

        async def ask() -> None:
            image = f"data:image/jpeg;base64,{base64.b64encode(photo).decode()}"
            await line.send(json.dumps({"image": image, "threshold": 0}))
            assert "predictions" in json.loads(await line.recv())

        yield Line(ask, line.transport.get_extra_info("socket"))


@asynccontextmanager
async def http(order: dict[str, Any], photo: bytes) -> AsyncIterator[Line]:
    """POST of the picture, or of base64 in JSON, over one kept connection."""
    sockets: list[socket.socket] = []

    def opened(address: Any) -> socket.socket:
        sockets.append(socket.socket(*address[:3]))
        sockets[-1].settimeout(0)
        return sockets[-1]

    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=1, socket_factory=opened)) as session:

        async def ask() -> None:
            body = {"json": {"image_data": base64.b64encode(photo).decode()}} if order["base64"] else {"data": photo}
            async with session.post(order["url"], **body) as answer:
                assert "predictions" in json.loads(await answer.read()), answer.status

        await ask()
        yield Line(ask, sockets[-1])


SPEAKS = {"ours": ours, "seed": seed, "http": http}


async def first(order: dict[str, Any], photo: bytes) -> dict[str, Any]:
    """Tries until there is an answer; when that was, by the clock that all processes share."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            with suppress(OSError, aiohttp.ClientError, AssertionError, EOFError):
                async with SPEAKS[order["speaks"]](order, photo) as line:
                    await line.ask()
                    return {"answered_at": time.time()}
            await asyncio.sleep(0.02)


async def load(order: dict[str, Any], photo: bytes) -> dict[str, Any]:
    """So many connections, each with the next picture after each answer, for so many seconds."""
    async with AsyncExitStack() as stack:
        speaks = SPEAKS[order["speaks"]]
        lines = [await stack.enter_async_context(speaks(order, photo)) for _ in range(order["connections"])]
        await asyncio.gather(*(line.ask() for line in lines))
        processes = tree(order["pid"])
        bytes_before, cpu_before, began = wire(lines), cpu_s(processes), time.perf_counter()
        rounds = await asyncio.gather(*(ask_until(line, began + order["seconds"]) for line in lines))
        elapsed, cpu = time.perf_counter() - began, cpu_s(processes) - cpu_before
        bytes_after = wire(lines)
    times = sorted(taken for taken_by_one in rounds for taken in taken_by_one)
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


async def ask_until(line: Line, until: float) -> list[float]:
    times: list[float] = []
    while not times or time.perf_counter() < until:
        began = time.perf_counter()
        await line.ask()
        times.append(time.perf_counter() - began)
    return times


def tree(pid: int) -> list[psutil.Process]:
    process = psutil.Process(pid)
    return [process, *process.children(recursive=True)]


def cpu_s(processes: list[psutil.Process]) -> float:
    """User and system seconds of them all."""
    times = [process.cpu_times() for process in processes]
    return sum(each.user + each.system for each in times)


def peak_rss_mb(process: psutil.Process) -> float:
    """The most memory it ever had resident; pages that processes share count in each."""
    status = Path(f"/proc/{process.pid}/status").read_text(encoding="utf-8")
    return int(status.split("VmHWM:")[1].split()[0]) * 1024 / 1e6


def wire(lines: list[Line]) -> tuple[int, int]:
    """Bytes that went up and down, headers and frames included, as the kernel counted them."""
    found = [struct.unpack_from("=QQ", _tcp_info(line), TCP_INFO_AT) for line in lines]
    return sum(up for up, _ in found), sum(down for _, down in found)


def _tcp_info(line: Line) -> bytes:
    return line.socket.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, TCP_INFO_BYTES)


ORDERS = {"first": first, "load": load}


def main() -> None:
    """One order a line in, one result a line out."""
    for text in sys.stdin:
        order = json.loads(text)
        photo = Path(order["picture"]).read_bytes()
        sys.stdout.write(json.dumps(asyncio.run(ORDERS[order["order"]](order, photo))) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
