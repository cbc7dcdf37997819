"""Tests of the older contract at ``/ws``: JSON with base64, without tickets."""

import base64
import json
import urllib.request

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from classifier.websocket.seed_contract import SeedConsumer
from tests.classifier.websocket.in_process import connected_client
from tests.server_process import running_server


@pytest.fixture
def chelsea_base64(chelsea) -> str:
    return base64.b64encode(chelsea).decode()


@pytest.fixture
async def client(records):
    async with connected_client(SeedConsumer) as client:
        client.should_validate = False
        yield client


async def request_answer(client, **request: object) -> dict:
    await client.connection.send(json.dumps(request))
    return json.loads(await client.connection.recv())


@pytest.mark.process
async def test_a_real_server_answers_a_data_url_with_five_classes_and_correct_scores(server, chelsea_base64):
    async with connect(server.url.replace("http", "ws") + "/ws", max_size=None) as connection:
        await connection.send(json.dumps({"image": f"data:image/png;base64,{chelsea_base64}", "threshold": 0.0}))
        answer = json.loads(await connection.recv())
    assert (answer["total_predictions"], answer["filtered_predictions"]) == (5, 5)
    assert answer["predictions"][0]["label"] == "Egyptian_cat"
    assert answer["predictions"][0]["score"] == pytest.approx(0.47, abs=0.05)


async def test_predictions_are_counted_before_and_after_the_threshold(client, chelsea_base64):
    answer = await request_answer(client, image=chelsea_base64, threshold=0.2)
    assert (answer["total_predictions"], answer["filtered_predictions"]) == (5, 2)
    assert len(answer["predictions"]) == 2


async def test_a_record_has_no_owner_and_no_photo(client, chelsea_base64, records):
    await request_answer(client, image=chelsea_base64)
    [record] = records
    assert (record.owner, record.source, record.result.renditions) == (None, "legacy", None)


async def test_answers_come_in_the_order_of_the_requests(client, chelsea_base64):
    for image in (chelsea_base64, "bm8=", chelsea_base64):
        await client.connection.send(json.dumps({"image": image, "threshold": 0}))
    answers = [json.loads(await client.connection.recv()) for _ in range(3)]
    assert ["error" in answer for answer in answers] == [False, True, False]


@pytest.mark.parametrize(
    "request_fields", [{}, {"image": 1}, {"image": "%%%"}, {"image": ""}, {"image": "bm8=", "threshold": 2}]
)
async def test_an_invalid_request_is_rejected_and_the_next_is_answered(client, chelsea_base64, request_fields):
    assert set(await request_answer(client, **request_fields)) == {"error"}
    assert "predictions" in await request_answer(client, image=chelsea_base64)


async def test_a_picture_over_the_limit_is_rejected(client):
    too_large = base64.b64encode(bytes(10 * 1024 * 1024 + 1)).decode()
    assert "too large" in (await request_answer(client, image=too_large))["error"]


async def test_more_than_three_waiting_requests_are_rejected(client, chelsea_base64, large):
    for image in (base64.b64encode(large).decode(), *[chelsea_base64] * 5):
        await client.connection.send(json.dumps({"image": image}))
    answers = [json.loads(await client.connection.recv()) for _ in range(6)]
    assert len([answer for answer in answers if "error" in answer]) == 3


@pytest.mark.parametrize("text", ["[" + "[]," * 4_000_000 + "[]]", '{"image": "", "x": ' + "[" * 4_000_000])
async def test_json_with_millions_of_brackets_is_rejected(client, text):
    await client.connection.send(text)
    assert "does not follow the protocol" in json.loads(await client.connection.recv())["error"]


async def test_an_address_over_its_rate_limit_is_rejected(client, settings):
    settings.ADDRESS_RATE = 1
    await request_answer(client)
    assert "wait a moment" in (await request_answer(client))["error"]


@pytest.mark.process
def test_health_answers_the_monitoring_of_the_fastapi_version(server):
    with urllib.request.urlopen(f"{server.url}/health", timeout=10) as response:
        assert json.load(response) == {"status": "healthy", "model_loaded": True, "allowed_origins": []}


@pytest.mark.process
async def test_the_contract_can_be_switched_off(tmp_path):
    with running_server(tmp_path, ROLE="backend", LEGACY_SOCKET="0") as server:
        with pytest.raises(InvalidStatus):
            await connect(server.url.replace("http", "ws") + "/ws")
