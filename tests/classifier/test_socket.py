"""The socket of a real daphne process with the real model."""

import asyncio
import contextlib
import io
import json
import sqlite3
import time
from contextlib import closing
from uuid import UUID, uuid4, uuid5

import pytest
from PIL import Image
from websockets.exceptions import ConnectionClosed

from classifier import images, protocol, tickets
from tests.client import authenticated, connected
from tests.running import running

OWNER = uuid4()


@pytest.fixture
def ticket(server) -> str:
    return tickets.issue(OWNER, server.url)


@pytest.fixture
def chelsea(photos) -> bytes:
    return (photos / "chelsea.png").read_bytes()


def rows(server, job: str) -> list[tuple[str, str]]:
    with closing(sqlite3.connect(server.data_dir / "db.sqlite3")) as database:
        query = "SELECT verdict, photo FROM classifier_classification WHERE id = ?"
        return database.execute(query, [uuid5(OWNER, job).hex]).fetchall()


async def written(server, job: str) -> list[tuple[str, str]]:
    """The row of a job, which comes after its answer."""
    async with asyncio.timeout(10):
        while not (found := rows(server, job)):
            await asyncio.sleep(0.01)
    return found


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
    [(verdict, photo)] = await written(server, answer["id"])
    assert (verdict, photo) == (answer["verdict"]["kind"], "")


async def test_a_photo_is_kept_only_with_consent_and_without_metadata(server, ticket, chelsea):
    async with authenticated(server, ticket) as client:
        answer = await client.classify(chelsea, keep=True)
    [(_, photo)] = await written(server, answer["id"])
    async with asyncio.timeout(10):
        while not photo:
            await asyncio.sleep(0.01)
            [(_, photo)] = rows(server, answer["id"])
    kept = images.decode((server.data_dir / "media" / photo).read_bytes())
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


# --- Waiting, giving up, asking again -------------------------------------------------------------


@pytest.fixture(scope="module")
def narrow(tmp_path_factory):
    """A backend with one worker, where a second job has to wait."""
    with running(tmp_path_factory.mktemp("narrow"), ROLE="backend", WORKERS="1") as server:
        yield server


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
    assert len(await written(narrow, first["id"])) == 1


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
    await written(narrow, after["id"])
    assert rows(narrow, live["id"]) == []


async def test_consent_after_the_answer_keeps_the_photo(narrow, ticket, chelsea):
    async with authenticated(narrow, ticket) as client:
        first = await client.classify(chelsea)
        await client.classify(chelsea, job=first["id"], keep=True)
    await written(narrow, first["id"])
    async with asyncio.timeout(10):
        while not rows(narrow, first["id"])[0][1]:
            await asyncio.sleep(0.01)


async def test_the_answer_explains_itself_when_asked(narrow, ticket, chelsea):
    async with authenticated(narrow, ticket) as client:
        plain = await client.classify(chelsea)
        shown = await client.classify(chelsea, explain=True)
    assert "heatmap" not in plain
    assert len(shown["heatmap"]["maps"]["verdict"]) == 49
    assert plain["squirrel"] == "no"


# --- Refusals: each coded, each at once, and the socket lives on ---------------------------------


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
        for _ in range(protocol.MESSAGES):
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
    assert len(await written(server, answer["id"])) == 1


# --- Who, and from where -------------------------------------------------------------------------


async def test_a_classify_before_the_ticket_closes_4401(server):
    async with connected(server) as client:
        await client.announce(10)
        assert (await client.hear())["code"] == "auth.required"
        assert await client.closing_code() == 4401


async def test_an_invalid_ticket_closes_4401(server):
    async with connected(server) as client:
        await client.say(type="authenticate", ticket="made up")
        assert (await client.hear())["code"] == "auth.invalid"
        assert await client.closing_code() == 4401


async def test_silence_instead_of_a_ticket_closes_4401(server):
    async with connected(server) as client:
        assert (await client.hear())["code"] == "auth.required"
        assert await client.closing_code() == 4401


async def test_an_expired_ticket_is_told_so(server, monkeypatch):
    monkeypatch.setattr(tickets, "LIFETIME_S", -1)
    async with connected(server) as client:
        await client.say(type="authenticate", ticket=tickets.issue(OWNER, server.url))
        assert (await client.hear())["code"] == "auth.expired"
        assert await client.closing_code() == 4401


async def test_a_ticket_that_expires_blocks_new_jobs_only_and_can_be_renewed(server, ticket, chelsea, monkeypatch):
    monkeypatch.setattr(tickets, "LIFETIME_S", 2)
    async with authenticated(server, tickets.issue(OWNER, server.url)) as client:
        while (message := await client.classify(chelsea))["type"] == "result":
            pass
        assert message["code"] == "auth.expired"
        await client.say(type="authenticate", ticket=ticket)
        assert (await client.hear())["type"] == "hello"
        assert (await client.classify(chelsea))["type"] == "result"


async def test_a_page_of_another_site_closes_4403_with_a_word(server):
    async with connected(server, origin="https://elsewhere.example") as client:
        assert (await client.hear())["code"] == "auth.origin"
        assert await client.closing_code() == 4403


async def test_the_page_of_the_same_host_may_ask(server, ticket, chelsea):
    async with authenticated(server, ticket, origin=server.url) as client:
        assert (await client.classify(chelsea))["type"] == "result"


async def test_a_ticket_of_another_page_is_refused(server):
    async with connected(server, origin=server.url) as client:
        await client.say(type="authenticate", ticket=tickets.issue(OWNER, "https://elsewhere.example"))
        assert (await client.hear())["code"] == "auth.origin"
        assert await client.closing_code() == 4403


async def test_more_sockets_than_one_address_may_open_are_refused(tmp_path, ticket, chelsea):
    with running(tmp_path, ROLE="backend", ADDRESS_SOCKETS="2") as server:
        async with authenticated(server, ticket) as one, connected(server):
            async with connected(server) as third:
                assert (await third.hear())["code"] == "rate.limited"
                assert await third.closing_code() == 4429
            assert (await one.classify(chelsea))["type"] == "result"


async def test_the_end_of_the_server_is_quick_and_in_order(tmp_path, ticket, large, chelsea):
    """With sockets open, a job running and others waiting: what was answered is recorded, what waits is dropped."""
    with running(tmp_path, ROLE="backend", WORKERS="1") as server:
        async with authenticated(server, ticket) as client:
            answered = await client.classify(chelsea)
            for _ in range(4):
                await client.announce(len(large))
                await client.line.send(large)
            await client.say(type="ping")
            await client.hear()
            server.process.terminate()
            assert server.process.wait(timeout=15) == 0
    assert len(rows(server, answered["id"])) == 1


async def test_an_unknown_type_is_named_and_the_socket_lives(server, ticket):
    async with authenticated(server, ticket) as client:
        await client.line.send(json.dumps({"type": "clasify"}))
        assert "authenticate, classify, cancel, ping" in (await client.hear())["message"]
        await client.say(type="ping")
        assert (await client.hear())["type"] == "pong"
