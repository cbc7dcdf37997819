"""Answers on the socket of a real daphne process with the real model."""

import asyncio
from uuid import UUID, uuid4, uuid5

import pytest

from classifier.imaging import decoding
from tests.classifier.records import OWNER, read_records, wait_for_records
from tests.client import authenticated, connected


async def test_hello_says_what_may_be_asked(server, ticket):
    async with connected(server) as client:
        assert client.line.subprotocol == "classify.v1"
        await client.say(type="authenticate", ticket=ticket)
        hello = await client.hear()
    assert hello["limits"]["max_bytes"] == 10_485_760
    assert hello["limits"]["max_in_flight"] == 4
    assert "HEIC" in hello["limits"]["formats"]
    assert (hello["protocol"], hello["model"]["name"], hello["verdict_threshold"]) == (1, "MobileNetV2", 0.65)
    assert 590 < hello["ticket_expires_in"] <= 600


async def test_a_photo_gets_a_true_answer(server, ticket, chelsea):
    async with authenticated(server, ticket) as client:
        answer = await client.classify(chelsea)
    assert answer["type"] == "result"
    assert answer["predictions"][0]["label"] == "Egyptian_cat"
    assert answer["predictions"][0]["score"] == pytest.approx(0.47, abs=0.05)
    assert answer["animal"] > 0.9
    assert len(answer["predictions"]) == 5
    assert answer["views"] == "best"
    assert answer["timings"]["total_ms"] >= answer["timings"]["infer_ms"] > 0


async def test_the_record_is_the_owners_own(server, ticket, chelsea):
    async with authenticated(server, ticket) as client:
        answer = await client.classify(chelsea)
    assert UUID(answer["record"]) == uuid5(OWNER, answer["id"])
    [(verdict, photo)] = await wait_for_records(server, answer["id"])
    assert (verdict, photo) == (answer["verdict"]["kind"], "")


async def test_a_photo_is_kept_only_with_consent_and_without_metadata(server, ticket, chelsea):
    async with authenticated(server, ticket) as client:
        answer = await client.classify(chelsea, keep=True)
    [(_, photo)] = await wait_for_records(server, answer["id"])
    async with asyncio.timeout(10):
        while not photo:
            await asyncio.sleep(0.01)
            [(_, photo)] = read_records(server, answer["id"])
    kept = decoding.decode((server.data_dir / "media" / photo).read_bytes())
    assert max(kept.width, kept.height) <= 512


async def test_top_and_threshold_shape_the_predictions_and_not_the_verdict(server, ticket, chelsea):
    async with authenticated(server, ticket) as client:
        ten = await client.classify(chelsea, top=10)
        few = await client.classify(chelsea, threshold=0.2)
    assert len(ten["predictions"]) == 10
    assert [p["label"] for p in few["predictions"]] == ["Egyptian_cat", "tiger_cat"]
    assert few["verdict"] == ten["verdict"]


async def test_fast_looks_once_and_says_so(server, ticket, chelsea):
    async with authenticated(server, ticket) as client:
        assert (await client.classify(chelsea, views="fast"))["views"] == "fast"


async def test_several_jobs_are_in_flight_and_a_ping_overtakes_them(server, ticket, chelsea):
    async with authenticated(server, ticket) as client:
        jobs = []
        for _ in range(4):
            jobs.append(await client.announce(len(chelsea)))
            await client.line.send(chelsea)
        await client.say(type="ping")
        heard = [await client.hear() for _ in range(5)]
    assert "pong" in [message["type"] for message in heard[:-1]]
    assert {message["id"] for message in heard if message["type"] == "result"} == set(jobs)


async def test_a_fifth_job_at_once_is_too_many_and_the_others_go_on(narrow, ticket, large, chelsea):
    async with authenticated(narrow, ticket) as client:
        for picture in (large, chelsea, chelsea, chelsea, chelsea):
            await client.announce(len(picture))
            await client.line.send(picture)
        heard = [await client.hear() for _ in range(5)]
    assert [m["code"] for m in heard if m["type"] == "error"] == ["job.too_many"]
    assert len([m for m in heard if m["type"] == "result"]) == 4


async def test_the_same_id_in_flight_is_already_running(narrow, ticket, large):
    async with authenticated(narrow, ticket) as client:
        for job in [str(uuid4())] * 2:
            await client.announce(len(large), job=job)
            await client.line.send(large)
        heard = [await client.hear() for _ in range(2)]
    assert sorted(m.get("code", m["type"]) for m in heard) == ["job.running", "result"]
