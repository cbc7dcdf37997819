"""Queue positions, cancellation and retried jobs, with one worker thread."""

from uuid import uuid4

import pytest

from classifier.websocket import tickets
from tests.classifier.records import wait_for_photo, wait_for_records
from tests.classifier.websocket import in_process
from tests.classifier.websocket.conftest import ORIGIN
from tests.websocket_client import authenticated_client

in_this_process = pytest.mark.usefixtures("single_worker", "records")


@in_this_process
async def test_a_job_that_has_to_wait_gets_its_queue_position(in_process_ticket, chelsea):
    async with in_process.authenticated_client(in_process_ticket) as client:
        jobs = [await client.send_photo(chelsea) for _ in range(3)]
        messages = [await client.receive_any() for _ in range(5)]
    assert [(message["id"], message["position"]) for message in messages if message["type"] == "queued"] == [
        (jobs[1], 1),
        (jobs[2], 2),
    ]
    assert [message["id"] for message in messages if message["type"] == "result"] == jobs


@in_this_process
async def test_a_running_job_is_cancelled_at_once_and_gets_no_result(in_process_ticket, large):
    async with in_process.authenticated_client(in_process_ticket) as client:
        job = await client.send_photo(large)
        await client.send(type="cancel", id=job)
        await client.send(type="ping")
        assert await client.receive() == {"type": "cancelled", "id": job}
        assert (await client.receive())["type"] == "pong"


@in_this_process
async def test_a_cancelled_job_is_removed_from_the_queue(in_process_ticket, large, chelsea):
    async with in_process.authenticated_client(in_process_ticket) as client:
        jobs = [await client.send_photo(photo) for photo in (large, chelsea, chelsea, chelsea)]
        await client.send(type="cancel", id=jobs[2])
        assert await client.receive() == {"type": "cancelled", "id": jobs[2]}
        assert [(await client.receive())["id"] for _ in range(3)] == [jobs[0], jobs[1], jobs[3]]


@in_this_process
async def test_a_finished_job_cannot_be_cancelled(in_process_ticket, chelsea):
    async with in_process.authenticated_client(in_process_ticket) as client:
        job = (await client.classify(chelsea))["id"]
        await client.send(type="cancel", id=job)
        error = await client.receive()
    assert (error["code"], error["id"]) == ("job.unknown", job)


@in_this_process
async def test_a_fifth_job_at_once_is_rejected_and_the_others_are_answered(in_process_ticket, large, chelsea):
    async with in_process.authenticated_client(in_process_ticket) as client:
        for photo in (large, chelsea, chelsea, chelsea, chelsea):
            await client.send_photo(photo)
        messages = [await client.receive() for _ in range(5)]
    assert [message["code"] for message in messages if message["type"] == "error"] == ["job.too_many"]
    assert len([message for message in messages if message["type"] == "result"]) == 4


@in_this_process
async def test_a_job_with_the_id_of_a_job_in_flight_is_rejected(in_process_ticket, large):
    async with in_process.authenticated_client(in_process_ticket) as client:
        job = await client.send_photo(large)
        await client.send_photo(large, job=job)
        messages = [await client.receive() for _ in range(2)]
    assert sorted(message.get("code", message["type"]) for message in messages) == ["job.running", "result"]


@in_this_process
async def test_owners_with_the_same_job_id_get_their_own_answers(in_process_ticket, photos, chelsea):
    coffee = (photos / "coffee.png").read_bytes()
    async with in_process.authenticated_client(in_process_ticket) as client:
        cat = await client.classify(chelsea)
    async with in_process.authenticated_client(tickets.issue(uuid4(), ORIGIN)) as client:
        espresso = await client.classify(coffee, job=cat["id"])
    assert espresso["verdict"]["kind"] == "none"
    assert espresso["record"] != cat["record"]


@in_this_process
async def test_a_heatmap_is_sent_only_on_request(in_process_ticket, chelsea):
    async with in_process.authenticated_client(in_process_ticket) as client:
        plain = await client.classify(chelsea)
        explained = await client.classify(chelsea, explain=True)
    assert "heatmap" not in plain
    assert len(explained["heatmap"]["maps"]["verdict"]) == 49


@in_this_process
async def test_a_live_frame_is_not_recorded(in_process_ticket, chelsea, records):
    async with in_process.authenticated_client(in_process_ticket) as client:
        await client.classify(chelsea, views="fast", record=False)
        recorded = await client.classify(chelsea)
    assert [str(record.id) for record in records] == [recorded["record"]]


@pytest.mark.process
async def test_a_retried_job_gets_the_same_answer_and_one_record(single_worker_server, ticket, chelsea):
    async with authenticated_client(single_worker_server, ticket) as client:
        first = await client.classify(chelsea)
    async with authenticated_client(single_worker_server, ticket) as client:
        second = await client.classify(chelsea, job=first["id"])
    assert second == first
    assert len(await wait_for_records(single_worker_server, first["id"])) == 1


@pytest.mark.process
async def test_consent_after_the_answer_stores_the_photo(single_worker_server, ticket, chelsea):
    async with authenticated_client(single_worker_server, ticket) as client:
        first = await client.classify(chelsea)
        await client.classify(chelsea, job=first["id"], keep=True)
    assert (await wait_for_photo(single_worker_server, first["id"])).is_file()
