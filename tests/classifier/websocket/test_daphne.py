"""Tests of the answers of a daphne process with the real model."""

from uuid import UUID, uuid5

import pytest

from classifier.imaging import decoding
from tests.classifier.records import OWNER, wait_for_photo, wait_for_records
from tests.websocket_client import authenticated_client, connected_client

pytestmark = pytest.mark.process


async def test_hello_lists_the_model_and_the_limits(server, ticket):
    async with connected_client(server) as client:
        assert client.connection.subprotocol == "classify.v1"
        hello = await client.authenticate(ticket)
    assert hello["limits"]["max_bytes"] == 10_485_760
    assert hello["limits"]["max_in_flight"] == 4
    assert "HEIC" in hello["limits"]["formats"]
    assert (hello["protocol"], hello["model"]["name"], hello["verdict_threshold"]) == (1, "MobileNetV2", 0.65)
    assert 590 < hello["ticket_expires_in"] <= 600


async def test_a_photo_gets_a_correct_answer(server, ticket, chelsea):
    async with authenticated_client(server, ticket) as client:
        answer = await client.classify(chelsea)
    assert answer["type"] == "result"
    assert answer["predictions"][0]["label"] == "Egyptian_cat"
    assert answer["predictions"][0]["score"] == pytest.approx(0.47, abs=0.05)
    assert answer["animal"] > 0.9
    assert len(answer["predictions"]) == 5
    assert answer["views"] == "best"
    assert answer["timings"]["total_ms"] >= answer["timings"]["infer_ms"] > 0


async def test_the_record_id_depends_on_the_owner_and_a_record_without_consent_has_no_photo(server, ticket, chelsea):
    async with authenticated_client(server, ticket) as client:
        answer = await client.classify(chelsea)
    assert UUID(answer["record"]) == uuid5(OWNER, answer["id"])
    [(verdict, photo)] = await wait_for_records(server, answer["id"])
    assert (verdict, photo) == (answer["verdict"]["kind"], "")


async def test_a_photo_with_consent_is_stored_with_at_most_512_pixels(server, ticket, chelsea):
    async with authenticated_client(server, ticket) as client:
        answer = await client.classify(chelsea, keep=True)
    stored = decoding.decode((await wait_for_photo(server, answer["id"])).read_bytes())
    assert max(stored.width, stored.height) <= 512


async def test_top_and_threshold_change_the_predictions_and_not_the_verdict(server, ticket, chelsea):
    async with authenticated_client(server, ticket) as client:
        ten = await client.classify(chelsea, top=10)
        few = await client.classify(chelsea, threshold=0.2)
    assert len(ten["predictions"]) == 10
    assert [prediction["label"] for prediction in few["predictions"]] == ["Egyptian_cat", "tiger_cat"]
    assert few["verdict"] == ten["verdict"]


async def test_the_fast_view_is_named_in_the_result(server, ticket, chelsea):
    async with authenticated_client(server, ticket) as client:
        assert (await client.classify(chelsea, views="fast"))["views"] == "fast"


async def test_a_ping_is_answered_while_four_jobs_are_in_flight(server, ticket, chelsea):
    async with authenticated_client(server, ticket) as client:
        jobs = [await client.send_photo(chelsea) for _ in range(4)]
        await client.send(type="ping")
        messages = [await client.receive() for _ in range(5)]
    assert "pong" in [message["type"] for message in messages[:-1]]
    assert {message["id"] for message in messages if message["type"] == "result"} == set(jobs)


async def test_a_page_of_another_origin_gets_an_error_before_the_close(server):
    async with connected_client(server, origin="https://elsewhere.example") as client:
        assert (await client.receive())["code"] == "auth.origin"
        assert await client.wait_for_close() == 4403
