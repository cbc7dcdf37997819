"""Rate limits per owner and per address: counted in this process, or in Redis for all processes together.

If Redis is unavailable, each process counts for itself, so no answer is lost. Counts expire after two minutes. Redis
receives a keyed hash, never an address.
"""

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Callable
from functools import cache
from uuid import UUID

from django.conf import settings
from django.utils.crypto import salted_hmac
from limits import RateLimitItemPerMinute, aio

from classifier.errors import ClientError

logger = logging.getLogger(__name__)

#: Redis replies within a millisecond. After this time it counts as unavailable, for ``REDIS_RETRY_AFTER_S``.
REDIS_TIMEOUT_S = 0.25
REDIS_RETRY_AFTER_S = 10.0
RETRY_AFTER_S = 1.0


async def count_job(owner: UUID, address: str) -> None:
    """Count one job. Raises ``ClientError`` ``rate.limited`` above ``OWNER_JOBS`` or ``ADDRESS_JOBS`` per minute."""
    await count("owner", owner.hex, settings.OWNER_JOBS)
    await count("address", address, settings.ADDRESS_JOBS)


async def count(kind: str, client: str, max_per_minute: int) -> None:
    """Count one request of ``client``. Raises ``ClientError`` ``rate.limited`` above ``max_per_minute``."""
    redis = redis_counter()
    if redis:
        is_allowed = await redis.hit(kind, client, max_per_minute)
    else:
        is_allowed = local_counter().hit(kind, client, max_per_minute)
    if not is_allowed:
        raise ClientError("rate.limited", retry_after=RETRY_AFTER_S)


class LocalCounter:
    """Sliding-window counter of this process: the current minute plus the remaining share of the previous one.

    The ``limits`` library uses the same rule in Redis; its own in-memory storage starts a thread for nearly each count.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._minute = 0
        self._previous, self._current = Counter[tuple[str, str]](), Counter[tuple[str, str]]()

    def hit(self, kind: str, client: str, max_per_minute: int) -> bool:
        """Count one request if the limit allows it; return whether it does."""
        minute, second = divmod(self._clock(), 60)
        if minute != self._minute:
            self._previous = self._current if minute == self._minute + 1 else Counter()
            self._current, self._minute = Counter(), int(minute)
        key = kind, client
        if int(self._previous[key] * (1 - second / 60)) + self._current[key] >= max_per_minute:
            return False
        self._current[key] += 1
        return True


class RedisCounter:
    """Sliding-window counter in Redis; counts in this process while Redis is unavailable."""

    def __init__(self, url: str) -> None:
        storage = aio.storage.RedisStorage(
            url,
            implementation="redispy",
            key_prefix="limits",
            socket_timeout=REDIS_TIMEOUT_S,
            socket_connect_timeout=REDIS_TIMEOUT_S,
        )
        self._limiter = aio.strategies.SlidingWindowCounterRateLimiter(storage)
        self._retry_at: float | None = None

    async def hit(self, kind: str, client: str, max_per_minute: int) -> bool:
        """Count one request if the limit allows it; return whether it does."""
        if self._retry_at is not None and time.monotonic() < self._retry_at:
            return local_counter().hit(kind, client, max_per_minute)
        item = RateLimitItemPerMinute(max_per_minute)
        key = salted_hmac("classifier.rate_limits", client).hexdigest()[:32]
        try:
            async with asyncio.timeout(REDIS_TIMEOUT_S):
                is_allowed = await self._limiter.hit(item, kind, key)
        except Exception as error:  # noqa: BLE001 - a job never fails because of Redis
            self._mark_unavailable(error)
            return local_counter().hit(kind, client, max_per_minute)
        self._mark_available()
        return is_allowed

    def _mark_unavailable(self, error: Exception) -> None:
        if self._retry_at is None:
            logger.warning("Redis unavailable: %s. Each process counts for itself.", error or type(error).__name__)
        self._retry_at = time.monotonic() + REDIS_RETRY_AFTER_S

    def _mark_available(self) -> None:
        if self._retry_at is not None:
            logger.info("Redis is available again.")
        self._retry_at = None


@cache
def local_counter() -> LocalCounter:
    """Return the counter of this process."""
    return LocalCounter()


@cache
def redis_counter() -> RedisCounter | None:
    """Return the counter in Redis, or ``None`` without ``REDIS_URL``."""
    return RedisCounter(settings.REDIS_URL) if settings.REDIS_URL else None
