"""Refusals: each coded, each at once, and the socket lives on."""

import contextlib
import io
import time

import pytest
from PIL import Image
from websockets.exceptions import ConnectionClosed

from classifier.websocket import messages
from tests.classifier.records import wait_for_records
from tests.client import authenticated


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "image.empty"),
        (b"just some text, no picture at all", "image.unreadable"),
        (b"%PDF-1.7 and so on", "image.unsupported_format"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "image.truncated"),
    ],
)
async def test_what_is_no_picture_is_refused_and_the_socket_lives(server, ticket, chelsea, content, code):
    began = time.monotonic()
    async with authenticated(server, ticket) as client:
        refusal = await client.classify(content)
        assert time.monotonic() - began < 1
        assert (refusal["type"], refusal["code"]) == ("error", code)
        assert (await client.classify(chelsea))["type"] == "result"


async def test_a_cut_off_photo_is_refused(server, ticket, chelsea):
    async with authenticated(server, ticket) as client:
        assert (await client.classify(chelsea[: len(chelsea) // 2]))["code"] == "image.truncated"


async def test_a_picture_announced_too_large_is_refused_before_it_comes(server, ticket, chelsea):
    async with authenticated(server, ticket) as client:
        job = await client.announce(30_000_000)
        refusal = await client.hear()
        assert (refusal["code"], refusal["id"]) == ("image.too_large", job)
        await client.line.send(b"its frame is dropped")
        assert (await client.classify(chelsea))["type"] == "result"


async def test_a_frame_over_the_servers_limit_closes_1009_and_others_notice_nothing(server, ticket, chelsea):
    async with authenticated(server, ticket) as other, authenticated(server, ticket) as client:
        await client.announce(10)
        with contextlib.suppress(ConnectionClosed):
            await client.line.send(bytes(30_000_000))
        assert await client.closing_code() == 1009
        assert (await other.classify(chelsea))["type"] == "result"


async def test_a_frame_of_another_size_than_announced_is_refused(server, ticket, chelsea):
    async with authenticated(server, ticket) as client:
        job = await client.announce(10)
        await client.line.send(chelsea)
        refusal = await client.hear()
        assert (refusal["code"], refusal["id"]) == ("protocol.invalid", job)


async def test_a_stray_frame_is_unexpected(server, ticket, chelsea):
    async with authenticated(server, ticket) as client:
        await client.line.send(chelsea)
        assert (await client.hear())["code"] == "protocol.unexpected_binary"
        assert (await client.classify(chelsea))["type"] == "result"


async def test_a_second_classify_before_the_frame_is_invalid_and_the_first_goes_on(server, ticket, chelsea):
    async with authenticated(server, ticket) as client:
        first = await client.announce(len(chelsea))
        second = await client.announce(len(chelsea))
        refusal = await client.hear()
        assert (refusal["code"], refusal["id"]) == ("protocol.invalid", second)
        await client.line.send(chelsea)
        await client.line.send(b"the frame of the second is dropped")
        assert (await client.hear())["id"] == first


async def test_the_frame_of_a_classify_with_a_bad_field_is_dropped(server, ticket, chelsea):
    async with authenticated(server, ticket) as client:
        refusal = await client.classify(chelsea, views="good")
        assert refusal["code"] == "protocol.invalid"
        assert (await client.classify(chelsea))["type"] == "result"


async def test_the_tenth_protocol_fault_in_a_minute_closes_4400(server, ticket):
    async with authenticated(server, ticket) as client:
        for _ in range(10):
            await client.line.send("nonsense")
            assert (await client.hear())["code"] == "protocol.invalid"
        assert await client.closing_code() == 4400


async def test_a_text_longer_than_any_message_is_refused_unread(server, ticket):
    async with authenticated(server, ticket) as client:
        await client.line.send("[" + "[]," * 1_000_000 + "[]]")
        assert "16384 characters" in (await client.hear())["message"]


async def test_a_client_that_only_talks_is_closed(server, ticket):
    async with authenticated(server, ticket) as client:
        for _ in range(messages.MESSAGES):
            await client.say(type="ping")
        assert await client.closing_code() == 4400


async def test_a_client_that_gets_answers_may_talk_on(server, ticket, photos):
    small = io.BytesIO()
    Image.open(photos / "chelsea.png").resize((64, 64)).save(small, "JPEG")
    async with authenticated(server, ticket) as client:
        for _ in range(200):
            assert (await client.classify(small.getvalue(), views="fast"))["type"] == "result"


async def test_a_file_name_of_half_a_character_is_recorded_all_the_same(server, ticket, chelsea):
    async with authenticated(server, ticket) as client:
        answer = await client.classify(chelsea, name="\ud800\x00cat.png")
    assert len(await wait_for_records(server, answer["id"])) == 1
