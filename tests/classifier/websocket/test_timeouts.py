"""What a socket does when nothing comes; in this process, where its patience can be shortened."""

import asyncio
import json
from uuid import uuid4

import pytest
from channels.testing import WebsocketCommunicator

from classifier.prediction import service
from classifier.websocket import messages, tickets
from classifier.websocket.consumer import ClassifyConsumer


@pytest.fixture
def line() -> WebsocketCommunicator:
    return WebsocketCommunicator(ClassifyConsumer.as_asgi(), "/ws/classify", subprotocols=["classify.v1"])


async def test_a_silent_socket_closes_4408(line, monkeypatch):
    monkeypatch.setattr(messages, "SILENCE_S", 0.01)
    assert await line.connect() == (True, "classify.v1")
    assert await line.receive_output() == {"type": "websocket.close", "code": 4408}


async def test_an_unexpected_failure_is_said_without_detail(line, monkeypatch):
    async def broken(*_, **__):
        raise ZeroDivisionError("a detail that is nobody's business")

    monkeypatch.setattr(service, "classify", broken)
    await line.connect()
    await line.send_to(text_data=json.dumps({"type": "authenticate", "ticket": tickets.issue(uuid4(), "")}))
    await line.receive_from()
    await line.send_to(text_data=json.dumps({"type": "classify", "id": str(uuid4()), "size": 1}))
    await line.send_to(bytes_data=b"x")
    said = json.loads(await line.receive_from())
    assert (said["code"], "detail" in said["message"]) == ("server.internal", False)
    await line.disconnect()


async def test_a_socket_that_leaves_takes_its_jobs_along(line, monkeypatch):
    begun, cancelled = asyncio.Event(), asyncio.Event()

    async def endless(*_, **__):
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()

    monkeypatch.setattr(service, "classify", endless)
    await line.connect()
    await line.send_to(text_data=json.dumps({"type": "authenticate", "ticket": tickets.issue(uuid4(), "")}))
    await line.send_to(text_data=json.dumps({"type": "classify", "id": str(uuid4()), "size": 1}))
    await line.send_to(bytes_data=b"x")
    await asyncio.wait_for(begun.wait(), 5)
    await line.disconnect()
    assert cancelled.is_set()
