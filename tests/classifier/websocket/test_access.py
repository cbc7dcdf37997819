"""Tickets, origins and limits on connections."""

import pytest

from classifier.websocket import connection, consumer, tickets
from tests.classifier.records import OWNER
from tests.classifier.websocket.conftest import ORIGIN
from tests.classifier.websocket.in_process import authenticated_client, connected_client

pytestmark = pytest.mark.usefixtures("records")


async def test_a_classify_before_the_ticket_is_rejected_and_closes_with_4401():
    async with connected_client() as client:
        await client.send_classify(10)
        assert (await client.receive())["code"] == "auth.required"
        assert await client.wait_for_close() == 4401


async def test_an_invalid_ticket_closes_with_4401():
    async with connected_client() as client:
        assert (await client.authenticate("invalid"))["code"] == "auth.invalid"
        assert await client.wait_for_close() == 4401


async def test_a_connection_without_a_ticket_closes_with_4401_after_the_timeout(monkeypatch):
    monkeypatch.setattr(consumer, "AUTHENTICATION_TIMEOUT_S", 0.01)
    async with connected_client() as client:
        assert (await client.receive())["code"] == "auth.required"
        assert await client.wait_for_close() == 4401


async def test_an_expired_first_ticket_closes_with_4401(monkeypatch):
    monkeypatch.setattr(tickets, "LIFETIME_S", -1)
    async with connected_client() as client:
        assert (await client.authenticate(tickets.issue(OWNER, ORIGIN)))["code"] == "auth.expired"
        assert await client.wait_for_close() == 4401


async def test_new_jobs_are_rejected_after_the_ticket_expires_until_it_is_renewed(
    in_process_ticket, chelsea, monkeypatch
):
    async with authenticated_client(in_process_ticket) as client:
        assert (await client.classify(chelsea))["type"] == "result"
        with monkeypatch.context() as patch:
            patch.setattr(tickets.Ticket, "expires_in", 0)
            assert (await client.classify(chelsea))["code"] == "auth.expired"
        assert (await client.authenticate(in_process_ticket))["type"] == "hello"
        assert (await client.classify(chelsea))["type"] == "result"


async def test_a_page_of_another_origin_gets_an_error_and_close_4403():
    async with connected_client(origin="https://elsewhere.example", host="testserver") as client:
        assert (await client.receive())["code"] == "auth.origin"
        assert await client.wait_for_close() == 4403


async def test_a_page_of_the_same_host_may_classify(in_process_ticket, chelsea, settings):
    settings.ALLOWED_HOSTS = ["testserver"]
    async with authenticated_client(in_process_ticket, origin=ORIGIN, host="testserver") as client:
        assert (await client.classify(chelsea))["type"] == "result"


async def test_a_ticket_of_another_origin_is_rejected(settings):
    settings.ALLOWED_HOSTS = ["testserver"]
    async with connected_client(origin=ORIGIN, host="testserver") as client:
        assert (await client.authenticate(tickets.issue(OWNER, "https://elsewhere.example")))["code"] == "auth.origin"
        assert await client.wait_for_close() == 4403


async def test_more_connections_than_one_address_may_open_are_rejected_with_4429(in_process_ticket, chelsea, settings):
    settings.ADDRESS_SOCKETS = 2
    async with authenticated_client(in_process_ticket) as first, connected_client():
        async with connected_client() as third:
            assert (await third.receive())["code"] == "rate.limited"
            assert await third.wait_for_close() == 4429
        async with connected_client(address="192.0.2.2") as other:
            assert (await other.authenticate(in_process_ticket))["type"] == "hello"
        assert (await first.classify(chelsea))["type"] == "result"


async def test_a_draining_server_rejects_new_connections_with_4412(monkeypatch):
    monkeypatch.setattr(connection.open_connections, "is_draining", True)
    async with connected_client() as client:
        error = await client.receive()
        assert (error["code"], error["retry_after"]) == ("server.draining", 1.0)
        assert await client.wait_for_close() == 4412
