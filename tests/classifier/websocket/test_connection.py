"""Parts of a connection: message allowance, idle timeout, cleanup and draining."""

import asyncio
from contextlib import suppress
from uuid import uuid4

import pytest
from channels.testing import WebsocketCommunicator

from classifier.prediction import service
from classifier.websocket import connection
from classifier.websocket.connection import ConnectionCounter, TokenBucket, open_connections
from classifier.websocket.consumer import ClassifyConsumer
from tests.classifier.websocket.in_process import authenticated_client, connected_client

ADDRESS = "192.0.2.1"


@pytest.fixture
def endless_job(monkeypatch) -> dict[str, asyncio.Event]:
    """Let jobs run until they are cancelled. The events tell that one has started or was cancelled."""
    events = {"started": asyncio.Event(), "cancelled": asyncio.Event()}

    async def classify(*_, **__):
        events["started"].set()
        try:
            await asyncio.Event().wait()
        finally:
            events["cancelled"].set()

    monkeypatch.setattr(service, "classify", classify)
    return events


def is_counted(counter: ConnectionCounter, settings) -> bool:
    """Return whether a connection of ``ADDRESS`` is counted: then a limit of one allows no other."""
    settings.ADDRESS_SOCKETS = 1
    with counter.counted(ADDRESS) as is_within_limits:
        return not is_within_limits


def test_a_token_bucket_refills_evenly_up_to_its_capacity():
    now = 0.0
    bucket = TokenBucket(10, refill_s=5, clock=lambda: now)

    def take_all() -> int:
        return sum(bucket.take() for _ in range(100))

    assert take_all() == 10
    now = 1.0
    assert take_all() == 2
    bucket.put(3)
    assert take_all() == 3
    bucket.put(1000)
    assert take_all() == 10


async def test_an_idle_connection_closes_with_4408(monkeypatch):
    monkeypatch.setattr(connection, "IDLE_TIMEOUT_S", 0.01)
    async with connected_client() as client:
        assert await client.wait_for_close() == 4408


async def test_the_idle_timer_fires_only_after_the_whole_timeout_without_a_reset():
    now, idle, was_checked = 0.0, asyncio.Event(), asyncio.Event()

    def clock() -> float:
        was_checked.set()
        return now

    timer = connection.IdleTimer(0.01, idle.set, clock)
    timer.start()
    was_checked.clear()
    await asyncio.wait_for(was_checked.wait(), 5)
    assert not idle.is_set()
    now = 0.01
    await asyncio.wait_for(idle.wait(), 5)


async def test_an_unexpected_failure_is_reported_without_detail(in_process_ticket, monkeypatch, records):
    async def fail(*_, **__):
        raise ZeroDivisionError("internal detail")

    monkeypatch.setattr(service, "classify", fail)
    async with authenticated_client(in_process_ticket) as client:
        error = await client.classify(b"x")
        assert (error["code"], "detail" in error["message"]) == ("server.internal", False)
        await client.send(type="ping")
        assert (await client.receive())["type"] == "pong"
    assert records == []


async def test_jobs_end_with_their_connection(in_process_ticket, endless_job):
    async with authenticated_client(in_process_ticket) as client:
        await client.send_photo(b"x")
        await asyncio.wait_for(endless_job["started"].wait(), 5)
    await asyncio.wait_for(endless_job["cancelled"].wait(), 5)


async def test_counters_are_released_when_the_client_disconnects(settings):
    async with connected_client():
        assert is_counted(connection.connection_counter, settings)
        assert len(open_connections) == 1
    assert not is_counted(connection.connection_counter, settings)
    assert len(open_connections) == 0


async def test_counters_are_released_when_the_server_cancels_the_application(settings, in_process_ticket, endless_job):
    async with authenticated_client(in_process_ticket) as client:
        await client.send_photo(b"x")
        await asyncio.wait_for(endless_job["started"].wait(), 5)
        application = client.connection.communicator.future  # type: ignore[attr-defined]
        application.cancel()
        with suppress(asyncio.CancelledError):
            await application
        assert not is_counted(connection.connection_counter, settings)
        assert len(open_connections) == 0
        await asyncio.wait_for(endless_job["cancelled"].wait(), 5)


async def test_counters_are_released_when_a_handler_raises(settings, monkeypatch):
    async def fail(*_):
        raise ZeroDivisionError

    monkeypatch.setattr(ClassifyConsumer, "handle", fail)
    communicator = WebsocketCommunicator(ClassifyConsumer.as_asgi(), "/")
    communicator.scope["client"] = (ADDRESS, 50_000)
    await communicator.connect()
    await communicator.send_to(text_data="{}")
    with pytest.raises(ZeroDivisionError):
        await communicator.wait(5)
    assert not is_counted(connection.connection_counter, settings)
    assert len(open_connections) == 0


async def test_draining_closes_a_connection_with_4412_after_its_last_answer(
    in_process_ticket, monkeypatch, records, chelsea
):
    monkeypatch.setattr(open_connections, "is_draining", False)
    async with authenticated_client(in_process_ticket) as busy, connected_client() as idle:
        job = await busy.send_photo(chelsea)
        await busy.send(type="ping")
        assert (await busy.receive())["type"] == "pong"  # the job has started
        await open_connections.drain()
        assert (await busy.receive())["id"] == job
        assert await busy.wait_for_close() == 4412
        assert await idle.wait_for_close() == 4412
    assert [record.result.verdict.display for record in records] == ["cat"]


async def test_a_client_that_sends_more_than_its_allowance_is_closed_with_4400(in_process_ticket):
    async with authenticated_client(in_process_ticket) as client:
        for _ in range(connection.MESSAGE_ALLOWANCE):
            await client.send(type="ping")
        assert await client.wait_for_close() == 4400


async def test_answers_refill_the_message_allowance(in_process_ticket, monkeypatch, records, chelsea):
    monkeypatch.setattr(connection, "MESSAGE_ALLOWANCE", 6)
    async with authenticated_client(in_process_ticket) as client:
        for _ in range(10):
            assert (await client.classify(chelsea, views="fast"))["type"] == "result"
    assert len(records) == 10


async def test_a_message_after_the_server_closed_is_ignored():
    async with connected_client() as client:
        await client.authenticate("invalid")
        assert await client.wait_for_close() == 4401
        await client.send_classify(10, job=str(uuid4()))
    assert len(open_connections) == 0
