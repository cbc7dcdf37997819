"""SIGTERM: nothing new, what was accepted is answered and recorded, then the end, in time."""

import http.client
import json
from contextlib import closing
from urllib.parse import urlsplit

import pytest

from classifier.websocket import tickets
from tests.classifier.records import OWNER, rows
from tests.server_process import running_server
from tests.websocket_client import authenticated_client, connected_client


@pytest.fixture
def one_worker(tmp_path):
    with running_server(tmp_path, ROLE="backend", WORKERS="1") as server:
        yield server


@pytest.fixture
def ticket(one_worker) -> str:
    return tickets.issue(OWNER, one_worker.url)


def get(server, path: str) -> tuple[int, bytes]:
    with closing(http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=10)) as line:
        line.request("GET", path)
        answer = line.getresponse()
        return answer.status, answer.read()


async def send(client, *pictures: bytes) -> list[str]:
    jobs = []
    for picture in pictures:
        jobs.append(await client.send_classify(len(picture)))
        await client.connection.send(picture)
    await client.send(type="ping")
    while (await client.receive())["type"] != "pong":  # now the server has them
        pass
    return jobs


async def test_running_and_waiting_jobs_are_answered_and_recorded_and_the_line_closes_4412(one_worker, ticket, large):
    async with authenticated_client(one_worker, ticket) as client:
        jobs = await send(client, large, large, large)
        one_worker.process.terminate()
        assert [(await client.receive())["id"] for _ in jobs] == jobs
        assert await client.wait_for_close() == 4412
    assert one_worker.process.wait(timeout=15) == 0
    assert all(rows(one_worker, job) for job in jobs)


async def test_a_draining_server_is_alive_not_ready_and_takes_nothing_new(one_worker, ticket, large, photos):
    chelsea = (photos / "chelsea.png").read_bytes()
    async with authenticated_client(one_worker, ticket) as client:
        jobs = await send(client, large, large, large)
        one_worker.process.terminate()
        refused = await client.send_classify(len(chelsea))
        await client.connection.send(chelsea)
        said = [await client.receive() for _ in range(2)]
        refusal = next(message for message in said if message["id"] == refused)
        assert (refusal["code"], refusal["retry_after"]) == ("server.draining", 1.0)
        assert get(one_worker, "/livez")[0] == 200
        status, answer = get(one_worker, "/readyz")
        assert (status, json.loads(answer)["problem"]) == (503, "this process is about to end")
        async with connected_client(one_worker) as late:
            assert (await late.receive())["code"] == "server.draining"
            assert await late.wait_for_close() == 4412
        said += [await client.receive() for _ in range(2)]
        assert {message["id"] for message in said} == {*jobs, refused}


async def test_a_line_without_jobs_closes_at_once(one_worker, ticket):
    async with authenticated_client(one_worker, ticket) as client:
        one_worker.process.terminate()
        assert await client.wait_for_close() == 4412
    assert one_worker.process.wait(timeout=3) == 0


async def test_a_process_that_cannot_finish_ends_in_time_all_the_same(tmp_path, large):
    with running_server(tmp_path, ROLE="backend", WORKERS="1", DRAIN_SECONDS="1") as server:
        async with authenticated_client(server, tickets.issue(OWNER, server.url)) as client:
            await send(client, large, large, large, large)
            server.process.terminate()
            server.process.wait(timeout=2.5)
