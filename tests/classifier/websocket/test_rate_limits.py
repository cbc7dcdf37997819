"""How often one may ask, alone and through a real Redis."""

import logging

import pytest
import pytest_asyncio

from classifier.errors import ClientError
from classifier.websocket import rate_limits
from infrastructure.local import servers
from tests.stores import redis_server


def line():
    """The connections to Redis."""
    shared = rate_limits._shared()
    assert shared
    return shared._redis.storage.bridge.get_connection()  # type: ignore[attr-defined]


async def start_anew() -> None:
    """Nothing counted, no Redis known: as in another process."""
    if rate_limits._shared():
        await line().aclose(close_connection_pool=True)
    rate_limits._own.cache_clear()
    rate_limits._shared.cache_clear()


@pytest_asyncio.fixture(autouse=True)
async def alone():
    rate_limits._own.cache_clear()
    rate_limits._shared.cache_clear()
    yield
    await start_anew()


async def refused(who: str, per_minute: int) -> bool:
    try:
        await rate_limits.count("test", who, per_minute)
    except ClientError as fault:
        return (fault.code, fault.retry_after) == ("rate.limited", 1.0)
    return False


async def test_who_asks_too_often_is_told_to_wait_and_nobody_else():
    assert [await refused("192.0.2.1", 3) for _ in range(4)] == [False, False, False, True]
    assert not await refused("192.0.2.2", 3)


def test_a_minute_slides():
    now = 600.0
    own = rate_limits.Own(lambda: now)

    def allowed() -> int:
        return sum(own.hit("test", "a", 60) for _ in range(100))

    assert allowed() == 60
    now = 675.0  # a quarter into the next: three quarters of the last still count
    assert allowed() == 15
    now = 735.0  # three quarters of those 15
    assert allowed() == 60 - 11
    now = 900.0
    assert allowed() == 60


async def test_processes_count_together_through_redis(settings, redis):
    settings.REDIS_URL = redis
    assert not await refused("together", 1)
    await start_anew()
    assert await refused("together", 1)


async def test_redis_learns_no_address(settings, redis):
    settings.REDIS_URL = redis
    await refused("192.0.2.77", 9)
    keys = await line().keys("*")
    assert keys
    assert not any(b"192.0.2.77" in key for key in keys)


@pytest.mark.parametrize("harm", ["kill", "freeze"])
async def test_without_redis_each_process_counts_for_itself_and_says_so_once(settings, monkeypatch, caplog, harm):
    with redis_server() as server, caplog.at_level(logging.INFO, "classifier.limits"):
        settings.REDIS_URL = servers.redis_url(server)
        assert not await refused("a", 2)
        getattr(server, harm)()
        assert [await refused("a", 2) for _ in range(3)] == [False, False, True]
        assert caplog.text.count("Redis is away") == 1
        server.thaw() if harm == "freeze" else server.start()
        monkeypatch.setattr(rate_limits._shared(), "_away_until", 0.001)
        assert not await refused("b", 2)
        assert "Redis is back" in caplog.text
