"""Waiting, giving up, asking again: jobs on a real server with one worker."""

import asyncio
import time
from uuid import uuid4

from classifier.websocket import tickets
from tests.classifier.records import read_records, wait_for_records
from tests.client import authenticated


async def test_a_job_that_has_to_wait_is_told_its_place(narrow, ticket, chelsea):
    async with authenticated(narrow, ticket) as client:
        jobs = []
        for _ in range(3):
            jobs.append(await client.announce(len(chelsea)))
            await client.line.send(chelsea)
        heard = [await client.hear_any() for _ in range(5)]
    assert [(m["id"], m["position"]) for m in heard if m["type"] == "queued"] == [(jobs[1], 1), (jobs[2], 2)]
    assert [m["id"] for m in heard if m["type"] == "result"] == jobs


async def test_a_cancel_is_acknowledged_while_a_job_runs_and_no_result_comes(narrow, ticket, large):
    async with authenticated(narrow, ticket) as client:
        job = await client.announce(len(large))
        await client.line.send(large)
        began = time.monotonic()
        await client.say(type="cancel", id=job)
        assert await client.hear() == {"type": "cancelled", "id": job}
        assert time.monotonic() - began < 0.1
        await client.say(type="ping")
        assert (await client.hear())["type"] == "pong"


async def test_a_cancelled_job_in_the_queue_makes_room(narrow, ticket, large, chelsea):
    async with authenticated(narrow, ticket) as client:
        jobs = []
        for picture in (large, chelsea, chelsea, chelsea):
            jobs.append(await client.announce(len(picture)))
            await client.line.send(picture)
        await client.say(type="cancel", id=jobs[2])
        assert await client.hear() == {"type": "cancelled", "id": jobs[2]}
        assert [(await client.hear())["id"] for _ in range(3)] == [jobs[0], jobs[1], jobs[3]]


async def test_what_is_not_in_flight_cannot_be_cancelled(narrow, ticket, chelsea):
    async with authenticated(narrow, ticket) as client:
        job = (await client.classify(chelsea))["id"]
        await client.say(type="cancel", id=job)
        refusal = await client.hear()
    assert (refusal["code"], refusal["id"]) == ("job.unknown", job)


async def test_the_same_job_again_is_the_same_answer_and_the_same_row(narrow, ticket, chelsea):
    async with authenticated(narrow, ticket) as client:
        first = await client.classify(chelsea)
    async with authenticated(narrow, ticket) as client:
        again = await client.classify(chelsea, job=first["id"])
    assert again == first
    assert len(await wait_for_records(narrow, first["id"])) == 1


async def test_two_owners_of_the_same_id_never_see_each_others_answer(narrow, ticket, photos, chelsea):
    coffee = (photos / "coffee.png").read_bytes()
    async with authenticated(narrow, ticket) as client:
        mine = await client.classify(chelsea)
    async with authenticated(narrow, tickets.issue(uuid4(), narrow.url)) as client:
        theirs = await client.classify(coffee, job=mine["id"])
    assert theirs["verdict"]["kind"] == "none"
    assert theirs["record"] != mine["record"]


async def test_a_live_frame_leaves_no_row(narrow, ticket, chelsea):
    async with authenticated(narrow, ticket) as client:
        live = await client.classify(chelsea, views="fast", record=False)
        after = await client.classify(chelsea)
    await wait_for_records(narrow, after["id"])
    assert read_records(narrow, live["id"]) == []


async def test_consent_after_the_answer_keeps_the_photo(narrow, ticket, chelsea):
    async with authenticated(narrow, ticket) as client:
        first = await client.classify(chelsea)
        await client.classify(chelsea, job=first["id"], keep=True)
    await wait_for_records(narrow, first["id"])
    async with asyncio.timeout(10):
        while not read_records(narrow, first["id"])[0][1]:
            await asyncio.sleep(0.01)


async def test_the_answer_explains_itself_when_asked(narrow, ticket, chelsea):
    async with authenticated(narrow, ticket) as client:
        plain = await client.classify(chelsea)
        shown = await client.classify(chelsea, explain=True)
    assert "heatmap" not in plain
    assert len(shown["heatmap"]["maps"]["verdict"]) == 49
    assert plain["squirrel"] == "no"
