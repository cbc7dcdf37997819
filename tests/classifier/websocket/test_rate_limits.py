"""Rate limits in one process and in a real Redis."""

import logging

import pytest
import pytest_asyncio

from classifier.errors import ClientError
from classifier.websocket import rate_limits
from infrastructure.local import servers
from tests.stores import redis_server


def redis_connection():
    counter = rate_limits.redis_counter()
    assert counter
    return counter._limiter.storage.bridge.get_connection()  # type: ignore[attr-defined]


async def reset_counters() -> None:
    """Drop the local counts and the Redis client, as in a new process."""
    if rate_limits.redis_counter():
        await redis_connection().aclose(close_connection_pool=True)
    rate_limits.local_counter.cache_clear()
    rate_limits.redis_counter.cache_clear()


@pytest_asyncio.fixture(autouse=True)
async def new_counters():
    rate_limits.local_counter.cache_clear()
    rate_limits.redis_counter.cache_clear()
    yield
    await reset_counters()


async def is_rejected(client: str, max_per_minute: int) -> bool:
    try:
        await rate_limits.count("test", client, max_per_minute)
    except ClientError as error:
        return (error.code, error.retry_after) == ("rate.limited", 1.0)
    return False


async def test_a_client_over_its_limit_is_rejected_and_no_other_client():
    assert [await is_rejected("192.0.2.1", 3) for _ in range(4)] == [False, False, False, True]
    assert not await is_rejected("192.0.2.2", 3)


def test_the_window_of_a_minute_slides():
    now = 600.0
    counter = rate_limits.LocalCounter(lambda: now)

    def count_allowed() -> int:
        return sum(counter.hit("test", "client", 60) for _ in range(100))

    assert count_allowed() == 60
    now = 675.0  # a quarter into the next minute: three quarters of the previous minute still count
    assert count_allowed() == 15
    now = 735.0  # three quarters of those 15
    assert count_allowed() == 60 - 11
    now = 900.0
    assert count_allowed() == 60


async def test_processes_share_their_counts_through_redis(settings, redis):
    settings.REDIS_URL = redis
    assert not await is_rejected("shared", 1)
    await reset_counters()
    assert await is_rejected("shared", 1)


async def test_redis_receives_no_address(settings, redis):
    settings.REDIS_URL = redis
    await is_rejected("192.0.2.77", 9)
    keys = await redis_connection().keys("*")
    assert keys
    assert not any(b"192.0.2.77" in key for key in keys)


@pytest.mark.process
@pytest.mark.parametrize("outage", ["kill", "freeze"])
async def test_without_redis_each_process_counts_for_itself_and_logs_it_once(settings, monkeypatch, caplog, outage):
    monkeypatch.setattr(rate_limits, "REDIS_RETRY_AFTER_S", 0)
    with redis_server() as server, caplog.at_level(logging.INFO, rate_limits.__name__):
        settings.REDIS_URL = servers.redis_url(server)
        assert not await is_rejected("a", 2)
        getattr(server, outage)()
        assert [await is_rejected("a", 2) for _ in range(3)] == [False, False, True]
        assert caplog.text.count("Redis unavailable") == 1
        server.thaw() if outage == "freeze" else server.start()
        assert not await is_rejected("b", 2)
        assert "Redis is available again" in caplog.text
