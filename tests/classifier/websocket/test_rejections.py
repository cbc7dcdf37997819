"""Rejected messages and pictures: each has a code, and the connection stays usable."""

import contextlib

import pytest
from websockets.exceptions import ConnectionClosed

from tests.classifier.websocket import in_process
from tests.websocket_client import authenticated_client

pytestmark = pytest.mark.usefixtures("records")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "image.empty"),
        (b"just some text, no picture at all", "image.unreadable"),
        (b"%PDF-1.7 and so on", "image.unsupported_format"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "image.truncated"),
    ],
)
async def test_a_file_that_is_no_picture_is_rejected(in_process_ticket, chelsea, content, code):
    async with in_process.authenticated_client(in_process_ticket) as client:
        error = await client.classify(content)
        assert (error["type"], error["code"]) == ("error", code)
        assert (await client.classify(chelsea))["type"] == "result"


async def test_a_truncated_photo_is_rejected(in_process_ticket, chelsea):
    async with in_process.authenticated_client(in_process_ticket) as client:
        assert (await client.classify(chelsea[: len(chelsea) // 2]))["code"] == "image.truncated"


async def test_a_picture_announced_as_too_large_is_rejected_before_its_frame(in_process_ticket, chelsea):
    async with in_process.authenticated_client(in_process_ticket) as client:
        job = await client.send_classify(30_000_000)
        error = await client.receive()
        assert (error["code"], error["id"]) == ("image.too_large", job)
        await client.connection.send(b"this frame is discarded")
        assert (await client.classify(chelsea))["type"] == "result"


@pytest.mark.process
async def test_a_frame_over_the_limit_of_the_server_closes_with_1009_and_no_other_connection(server, ticket, chelsea):
    async with authenticated_client(server, ticket) as other, authenticated_client(server, ticket) as client:
        await client.send_classify(10)
        with contextlib.suppress(ConnectionClosed):
            await client.connection.send(bytes(30_000_000))
        assert await client.wait_for_close() == 1009
        assert (await other.classify(chelsea))["type"] == "result"


async def test_a_frame_of_another_size_than_announced_is_rejected(in_process_ticket, chelsea):
    async with in_process.authenticated_client(in_process_ticket) as client:
        job = await client.send_classify(10)
        await client.connection.send(chelsea)
        error = await client.receive()
        assert (error["code"], error["id"]) == ("protocol.invalid", job)


async def test_a_binary_frame_without_a_classify_is_rejected(in_process_ticket, chelsea):
    async with in_process.authenticated_client(in_process_ticket) as client:
        await client.connection.send(chelsea)
        assert (await client.receive())["code"] == "protocol.unexpected_binary"
        assert (await client.classify(chelsea))["type"] == "result"


async def test_a_second_classify_before_the_frame_is_rejected_and_the_first_is_answered(in_process_ticket, chelsea):
    async with in_process.authenticated_client(in_process_ticket) as client:
        first = await client.send_classify(len(chelsea))
        second = await client.send_classify(len(chelsea))
        error = await client.receive()
        assert (error["code"], error["id"]) == ("protocol.invalid", second)
        await client.connection.send(chelsea)
        await client.connection.send(b"the frame of the second job is discarded")
        assert (await client.receive())["id"] == first


async def test_the_frame_of_a_classify_with_an_invalid_field_is_discarded(in_process_ticket, chelsea):
    async with in_process.authenticated_client(in_process_ticket) as client:
        assert (await client.classify(chelsea, views="good"))["code"] == "protocol.invalid"
        assert (await client.classify(chelsea))["type"] == "result"


async def test_the_tenth_protocol_error_within_a_minute_closes_with_4400(in_process_ticket):
    async with in_process.authenticated_client(in_process_ticket) as client:
        for _ in range(10):
            await client.connection.send("no JSON")
            assert (await client.receive())["code"] == "protocol.invalid"
        assert await client.wait_for_close() == 4400


async def test_a_file_name_with_half_a_surrogate_pair_is_accepted(in_process_ticket, chelsea, records):
    async with in_process.authenticated_client(in_process_ticket) as client:
        assert (await client.classify(chelsea, name="\ud800\x00cat.png"))["type"] == "result"
    assert [record.name for record in records] == ["?cat.png"]
