"""Both roles for real: what one starts the other knows, and neither a restart nor a rolling one loses a job."""

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
def ticket(stack, settings) -> str:
    settings.SECRET_KEY = (stack.folder / "secret_key").read_text()
    return tickets.issue(OWNER, stack.url)


async def test_a_rolling_restart_of_two_backends_under_load_loses_no_job(stack, ticket, photos):
    picture, over = (photos / "chelsea.png").read_bytes(), asyncio.Event()
    customers = [RetryingClient(stack, ticket) for _ in range(4)]
    shopping = asyncio.gather(
        *(
            customer.classify_all(iter(lambda: b"" if over.is_set() else picture, b""), views="fast")
            for customer in customers
        )
    )
    for backend in stack.backends:
        answered = sum(len(customer.answers) for customer in customers)
        while sum(len(customer.answers) for customer in customers) < answered + 20:
            await asyncio.sleep(0.01)
        await asyncio.to_thread(backend.stop)
        assert backend.process.returncode == 0
        await asyncio.to_thread(backend.start)
    over.set()
    await shopping
    assert all(set(customer.answers) == set(customer.attempts) for customer in customers)
    assert [code for customer in customers for code in customer.close_codes].count(4412) >= len(customers)


@pytest.fixture
def cookie(stack, settings) -> str:
    settings.SECRET_KEY = (stack.folder / "secret_key").read_text()
    return f"__Host-owner={get_cookie_signer(salt=f'__Host-owner{owner.SALT}').sign(OWNER.hex)}"


@pytest.fixture
def feed(stack, cookie):
    """The live history of the frontend, through the front door."""

    def opened():
        return connect(
            f"wss://{FRONTEND_HOST}:{stack.port}/ws/history",
            ssl=ssl.create_default_context(cafile=stack.certificate),
            host="127.0.0.1",
            port=stack.port,
            server_hostname=FRONTEND_HOST,
            origin=stack.url,
            additional_headers={"Cookie": cookie},
        )

    return opened


async def test_an_answer_of_the_backend_appears_on_the_frontend_also_after_redis_was_away(stack, ticket, feed, photos):
    picture = (photos / "chelsea.png").read_bytes()
    async with feed() as line:
        assert await line.recv() == CHANGED
        await RetryingClient(stack, ticket).classify_all([picture])
        assert await asyncio.wait_for(line.recv(), 10) == CHANGED
        stack.redis.kill()
        assert (await asyncio.wait_for(closed(line), 10)) == 4503
    await RetryingClient(stack, ticket).classify_all([picture])  # nobody needs Redis for an answer
    stack.redis.start()
    async with feed() as line:
        assert await line.recv() == CHANGED
        await RetryingClient(stack, ticket).classify_all([picture])
        assert await asyncio.wait_for(line.recv(), 10) == CHANGED


def get(stack, path: str, **headers: str) -> tuple[int, str]:
    """A page through the front door."""
    trust = ssl.create_default_context(cafile=stack.certificate)
    with closing(http.client.HTTPSConnection("localhost", stack.port, timeout=30, context=trust)) as line:
        line._create_connection = lambda *_: socket.create_connection(("127.0.0.1", stack.port), 30)  # type: ignore[attr-defined]
        line.host = FRONTEND_HOST  # the name is one that only browsers know
        line.request("GET", path, headers={"Host": f"{FRONTEND_HOST}:{stack.port}", **headers})
        answer = line.getresponse()
        return answer.status, answer.read().decode()


def test_without_a_database_the_page_is_there_and_the_history_says_that_it_is_away(stack, cookie):
    stack.postgres.kill()
    try:
        assert get(stack, "/")[0] == 200
        status, page = get(stack, "/history", Cookie=cookie)
        assert (status, "My history is away just now" in page) == (503, True)
    finally:
        stack.postgres.start()
    assert get(stack, "/history", Cookie=cookie)[0] == 200


@pytest.mark.slow
@pytest.mark.timeout(180)
async def test_an_idle_minute_drops_no_feed(stack, ticket, feed, photos):
    async with feed() as line:
        assert await line.recv() == CHANGED
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(line.recv(), 70)
        await RetryingClient(stack, ticket).classify_all([(photos / "chelsea.png").read_bytes()])
        assert await asyncio.wait_for(line.recv(), 10) == CHANGED


async def closed(line) -> int | None:
    """Hears the rest; the close code."""
    with suppress(ConnectionClosed):
        while True:
            await line.recv()
    return line.close_code
