"""Who may ask, and from where; and how it ends."""

import json

from classifier.websocket import tickets
from tests.classifier.records import OWNER
from tests.server_process import running_server
from tests.websocket_client import authenticated_client, connected_client


async def test_a_classify_before_the_ticket_closes_4401(server):
    async with connected_client(server) as client:
        await client.send_classify(10)
        assert (await client.receive())["code"] == "auth.required"
        assert await client.wait_for_close() == 4401


async def test_an_invalid_ticket_closes_4401(server):
    async with connected_client(server) as client:
        await client.send(type="authenticate", ticket="made up")
        assert (await client.receive())["code"] == "auth.invalid"
        assert await client.wait_for_close() == 4401


async def test_silence_instead_of_a_ticket_closes_4401(server):
    async with connected_client(server) as client:
        assert (await client.receive())["code"] == "auth.required"
        assert await client.wait_for_close() == 4401


async def test_an_expired_ticket_is_told_so(server, monkeypatch):
    monkeypatch.setattr(tickets, "LIFETIME_S", -1)
    async with connected_client(server) as client:
        await client.send(type="authenticate", ticket=tickets.issue(OWNER, server.url))
        assert (await client.receive())["code"] == "auth.expired"
        assert await client.wait_for_close() == 4401


async def test_a_ticket_that_expires_blocks_new_jobs_only_and_can_be_renewed(server, ticket, chelsea, monkeypatch):
    monkeypatch.setattr(tickets, "LIFETIME_S", 2)
    async with authenticated_client(server, tickets.issue(OWNER, server.url)) as client:
        while (message := await client.classify(chelsea))["type"] == "result":
            pass
        assert message["code"] == "auth.expired"
        await client.send(type="authenticate", ticket=ticket)
        assert (await client.receive())["type"] == "hello"
        assert (await client.classify(chelsea))["type"] == "result"


async def test_a_page_of_another_site_closes_4403_with_a_word(server):
    async with connected_client(server, origin="https://elsewhere.example") as client:
        assert (await client.receive())["code"] == "auth.origin"
        assert await client.wait_for_close() == 4403


async def test_the_page_of_the_same_host_may_ask(server, ticket, chelsea):
    async with authenticated_client(server, ticket, origin=server.url) as client:
        assert (await client.classify(chelsea))["type"] == "result"


async def test_a_ticket_of_another_page_is_refused(server):
    async with connected_client(server, origin=server.url) as client:
        await client.send(type="authenticate", ticket=tickets.issue(OWNER, "https://elsewhere.example"))
        assert (await client.receive())["code"] == "auth.origin"
        assert await client.wait_for_close() == 4403


async def test_more_sockets_than_one_address_may_open_are_refused(tmp_path, ticket, chelsea):
    with running_server(tmp_path, ROLE="backend", ADDRESS_SOCKETS="2") as server:
        async with authenticated_client(server, ticket) as one, connected_client(server):
            async with connected_client(server) as third:
                assert (await third.receive())["code"] == "rate.limited"
                assert await third.wait_for_close() == 4429
            assert (await one.classify(chelsea))["type"] == "result"


async def test_an_unknown_type_is_named_and_the_socket_lives(server, ticket):
    async with authenticated_client(server, ticket) as client:
        await client.connection.send(json.dumps({"type": "clasify"}))
        assert "authenticate, classify, cancel, ping" in (await client.receive())["message"]
        await client.send(type="ping")
        assert (await client.receive())["type"] == "pong"
