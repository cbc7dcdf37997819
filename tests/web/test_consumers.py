"""The WebSocket of open history pages, without a server."""

import asyncio
from contextlib import asynccontextmanager
from uuid import UUID, uuid4

import pytest
from channels.sessions import CookieMiddleware
from channels.testing import WebsocketCommunicator
from django.core.signing import get_cookie_signer

from classifier.history import notifications
from web import owner
from web.consumers import CHANGED, HistoryFeedConsumer, connection_counter

# Channels closes old database connections after each message, whether or not the consumer used one.
pytestmark = pytest.mark.django_db(transaction=True)

application = CookieMiddleware(HistoryFeedConsumer.as_asgi())
OWNER = uuid4()


def make_cookie(key: UUID) -> str:
    value = get_cookie_signer(salt=owner.COOKIE + owner.SALT).sign(key.hex)
    return f"{owner.COOKIE}={value}"


def make_page(cookie: str, origin: str = "http://testserver") -> WebsocketCommunicator:
    headers = {"cookie": cookie, "origin": origin, "host": "testserver"}
    encoded = [(name.encode(), value.encode()) for name, value in headers.items()]
    return WebsocketCommunicator(application, "/ws/history", headers=encoded)


@asynccontextmanager
async def open_page(cookie: str, **options):
    page = make_page(cookie, **options)
    await page.connect()
    yield page
    await page.disconnect()


async def get_close_code(page: WebsocketCommunicator) -> int:
    message = await page.receive_output()
    assert message["type"] == "websocket.close"
    return message["code"]


async def test_notifies_every_open_page_of_the_owner_and_no_other_page():
    cookie = make_cookie(OWNER)
    async with open_page(cookie) as page, open_page(cookie) as tab, open_page(make_cookie(uuid4())) as other_page:
        for feed in (page, tab, other_page):
            assert await feed.receive_from() == CHANGED  # records may have changed before it listened
        await notifications.get_layer().group_send(notifications.group_name(OWNER), notifications.CHANGED)
        assert [await page.receive_from(), await tab.receive_from()] == [CHANGED, CHANGED]
        assert await other_page.receive_nothing()


@pytest.mark.parametrize("cookie", ["", "owner=forged:1:2"])
async def test_closes_with_4401_without_a_valid_owner_cookie(cookie):
    async with open_page(cookie) as page:
        assert await get_close_code(page) == 4401


async def test_closes_with_4403_for_a_page_of_another_origin():
    async with open_page(make_cookie(OWNER), origin="https://elsewhere.example") as page:
        assert await get_close_code(page) == 4403


async def test_closes_with_4429_beyond_the_connections_allowed_per_address(settings):
    settings.ADDRESS_SOCKETS = 2
    cookie = make_cookie(OWNER)
    async with open_page(cookie), open_page(cookie), open_page(cookie) as third:
        assert await get_close_code(third) == 4429
    async with open_page(cookie) as page:
        assert await page.receive_from() == CHANGED


async def test_closes_with_4503_if_the_channel_layer_is_unavailable(monkeypatch):
    class BrokenLayer:
        async def new_channel(self):
            raise ConnectionError("connection refused")

    monkeypatch.setattr(notifications, "get_layer", BrokenLayer)
    async with open_page(make_cookie(OWNER)) as page:
        assert await get_close_code(page) == 4503


async def test_a_cancelled_connection_no_longer_counts(settings):
    settings.ADDRESS_SOCKETS = 1
    page = make_page(make_cookie(OWNER))
    await page.connect()
    page.stop()  # as a server does that gives up on the application: no disconnect message follows
    await asyncio.wait([page.future])
    with connection_counter.counted("") as is_within_limits:
        assert is_within_limits
