"""Shutdown on SIGTERM: the server rejects new jobs, answers and records accepted ones, and exits in time."""

import asyncio
import json
from contextlib import AsyncExitStack

import pytest

from classifier.websocket import tickets
from tests.classifier.records import OWNER, read_records
from tests.server_process import running_server
from tests.websocket_client import authenticated_client, connected_client

pytestmark = pytest.mark.process


@pytest.fixture
def one_worker(tmp_path):
    with running_server(tmp_path, ROLE="backend", WORKERS="1") as server:
        yield server


@pytest.fixture
def ticket(one_worker) -> str:
    return tickets.issue(OWNER, one_worker.url)


async def send_jobs(client, *images: bytes) -> list[str]:
    """Send one job for each image, and return their ids once the server has received all of them."""
    jobs = []
    for image in images:
        jobs.append(await client.send_classify(len(image)))
        await client.connection.send(image)
    await client.send(type="ping")
    while (await client.receive())["type"] != "pong":
        pass
    return jobs


async def test_sigterm_answers_and_records_running_and_queued_jobs_and_closes_with_4412(one_worker, ticket, large):
    async with authenticated_client(one_worker, ticket) as client:
        jobs = await send_jobs(client, large, large, large)
        one_worker.process.terminate()
        assert [(await client.receive())["id"] for _ in jobs] == jobs
        assert await client.wait_for_close() == 4412
    assert one_worker.process.wait(timeout=15) == 0
    assert all(read_records(one_worker, job) for job in jobs)


async def test_a_draining_server_is_alive_but_not_ready_and_rejects_new_jobs(one_worker, ticket, large, photos):
    chelsea = (photos / "chelsea.png").read_bytes()
    async with authenticated_client(one_worker, ticket) as client:
        jobs = await send_jobs(client, large, large, large)
        one_worker.process.terminate()
        rejected = await client.send_classify(len(chelsea))
        await client.connection.send(chelsea)
        messages = [await client.receive() for _ in range(2)]
        error = next(message for message in messages if message["id"] == rejected)
        assert (error["code"], error["retry_after"]) == ("server.draining", 1.0)
        assert one_worker.get("/livez")[0] == 200
        status, body = one_worker.get("/readyz")
        assert (status, json.loads(body)["problem"]) == (503, "this process is shutting down")
        async with connected_client(one_worker) as late_client:
            assert (await late_client.receive())["code"] == "server.draining"
            assert await late_client.wait_for_close() == 4412
        messages += [await client.receive() for _ in range(2)]
        assert {message["id"] for message in messages} == {*jobs, rejected}


async def test_sigterm_closes_a_connection_without_jobs_at_once(one_worker, ticket):
    async with authenticated_client(one_worker, ticket) as client:
        one_worker.process.terminate()
        assert await client.wait_for_close() == 4412
    assert one_worker.process.wait(timeout=15) == 0  # less than the 25 s of DRAIN_SECONDS


async def test_a_server_exits_after_drain_seconds_even_with_unfinished_jobs(tmp_path, large):
    jobs: list[str] = []
    with running_server(tmp_path, ROLE="backend", WORKERS="1", DRAIN_SECONDS="1") as server:
        async with AsyncExitStack() as connections:
            for _ in range(10):  # a connection may have 4 jobs in flight; 40 jobs take far longer than 1 s
                client = authenticated_client(server, tickets.issue(OWNER, server.url))
                jobs += await send_jobs(await connections.enter_async_context(client), large, large, large, large)
            server.process.terminate()
            await asyncio.to_thread(server.process.wait, 30)
    assert not all(read_records(server, job) for job in jobs)
