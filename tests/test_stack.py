"""Both roles behind TLS with real stores: rolling restarts and store outages lose no job."""

import asyncio
import http.client
import socket
import ssl
from contextlib import closing, suppress

import pytest
from django.core.signing import get_cookie_signer
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from classifier.websocket import tickets
from infrastructure.local.stack import FRONTEND_HOST
from tests.classifier.records import OWNER
from tests.retrying_client import RetryingClient
from tests.stores import running_stack
from web import owner

CHANGED = '{"type": "changed"}'


@pytest.fixture(scope="module")
def stack():
    with running_stack(backends=2, WORKERS="1") as stack:
        yield stack


@pytest.fixture
def secret_key(stack, settings) -> None:
    """Sign tickets and cookies in this process with the stack's key."""
    settings.SECRET_KEY = (stack.folder / "secret_key").read_text()


@pytest.fixture
def ticket(stack, secret_key) -> str:
    return tickets.issue(OWNER, stack.url)


@pytest.fixture
def cookie(secret_key) -> str:
    return f"__Host-owner={get_cookie_signer(salt=f'__Host-owner{owner.SALT}').sign(OWNER.hex)}"


@pytest.fixture
def connect_feed(stack, cookie):
    """Return a function that opens the live history of the frontend through the reverse proxy."""

    def connect_as_owner() -> connect:
        return connect(
            f"wss://{FRONTEND_HOST}:{stack.port}/ws/history",
            ssl=ssl.create_default_context(cafile=stack.certificate),
            host="127.0.0.1",
            port=stack.port,
            server_hostname=FRONTEND_HOST,
            origin=stack.url,
            additional_headers={"Cookie": cookie},
        )

    return connect_as_owner


async def wait_for_close(connection) -> int | None:
    """Discard messages until the server closes the connection, and return the close code."""
    with suppress(ConnectionClosed):
        while True:
            await connection.recv()
    return connection.close_code


def get(stack, path: str, **headers: str) -> tuple[int, str]:
    """Request a page through the reverse proxy, and return its status and text."""
    context = ssl.create_default_context(cafile=stack.certificate)
    with closing(http.client.HTTPSConnection("localhost", stack.port, timeout=30, context=context)) as connection:
        # Only browsers resolve names under .localhost: connect to the address, and verify the certificate of the name.
        connection._create_connection = lambda *_: socket.create_connection(("127.0.0.1", stack.port), 30)  # type: ignore[attr-defined]
        connection.host = FRONTEND_HOST
        connection.request("GET", path, headers={"Host": f"{FRONTEND_HOST}:{stack.port}", **headers})
        response = connection.getresponse()
        return response.status, response.read().decode()


async def test_a_rolling_restart_of_two_backends_under_load_loses_no_job(stack, ticket, chelsea):
    is_over = asyncio.Event()
    clients = [RetryingClient(stack, ticket) for _ in range(4)]
    sending = asyncio.gather(*(client.classify_until(is_over.is_set, chelsea, views="fast") for client in clients))
    for backend in stack.backends:
        answered = sum(len(client.answers) for client in clients)
        while sum(len(client.answers) for client in clients) < answered + 20:
            await asyncio.sleep(0.01)
        await asyncio.to_thread(backend.stop)
        assert backend.process.returncode == 0
        await asyncio.to_thread(backend.start)
    is_over.set()
    await sending
    assert all(set(client.answers) == set(client.attempts) for client in clients)
    assert [code for client in clients for code in client.close_codes].count(4412) >= len(clients)


async def test_the_frontend_announces_a_backends_answer_before_and_after_a_redis_outage(
    stack, ticket, connect_feed, chelsea
):
    async with connect_feed() as feed:
        assert await feed.recv() == CHANGED
        await RetryingClient(stack, ticket).classify_all([chelsea])
        assert await asyncio.wait_for(feed.recv(), 10) == CHANGED
        stack.redis.kill()
        assert (await asyncio.wait_for(wait_for_close(feed), 10)) == 4503
    await RetryingClient(stack, ticket).classify_all([chelsea])  # an answer does not need Redis
    stack.redis.start()
    async with connect_feed() as feed:
        assert await feed.recv() == CHANGED
        await RetryingClient(stack, ticket).classify_all([chelsea])
        assert await asyncio.wait_for(feed.recv(), 10) == CHANGED


def test_the_upload_page_works_and_the_history_is_unavailable_without_a_database(stack, cookie):
    stack.postgres.kill()
    try:
        assert get(stack, "/")[0] == 200
        status, page = get(stack, "/history", Cookie=cookie)
        assert (status, "History is temporarily unavailable" in page) == (503, True)
    finally:
        stack.postgres.start()
    assert get(stack, "/history", Cookie=cookie)[0] == 200


@pytest.mark.slow
@pytest.mark.timeout(180)
async def test_the_proxy_keeps_an_idle_feed_open_for_a_minute(stack, ticket, connect_feed, chelsea):
    async with connect_feed() as feed:
        assert await feed.recv() == CHANGED
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(feed.recv(), 70)
        await RetryingClient(stack, ticket).classify_all([chelsea])
        assert await asyncio.wait_for(feed.recv(), 10) == CHANGED
