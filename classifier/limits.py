"""How often one owner or one address may ask: in this process's memory, or in Redis for all processes together.

Redis that is away costs nobody an answer: each process counts for itself until it is back. Addresses are counted under
a keyed hash, for two minutes.
"""

import asyncio
import logging
import time
from functools import cache
from uuid import UUID

from django.conf import settings
from django.utils.crypto import salted_hmac
from limits import RateLimitItem, RateLimitItemPerMinute, aio
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter

from classifier.errors import ClientFault

logger = logging.getLogger(__name__)

#: An answer of Redis takes a millisecond; after this long it counts as away, and is left alone for a while.
REDIS_ANSWERS_WITHIN_S = 0.25
REDIS_AGAIN_AFTER_S = 10.0
RETRY_AFTER_S = 1.0


async def count_job(owner: UUID, address: str) -> None:
    """Counts one job. Raises ``ClientFault`` ``rate.limited`` past ``OWNER_JOBS`` or ``ADDRESS_JOBS`` a minute."""
    await count("owner", owner.hex, settings.OWNER_JOBS)
    await count("address", address, settings.ADDRESS_JOBS)


async def count(kind: str, who: str, per_minute: int) -> None:
    """Counts one request of ``who``. Raises ``ClientFault`` ``rate.limited`` past ``per_minute``."""
    item, key = RateLimitItemPerMinute(per_minute), salted_hmac("classifier.limits", who).hexdigest()[:32]
    shared = _shared()
    allowed = await shared.hit(item, kind, key) if shared else _own().hit(item, kind, key)
    if not allowed:
        raise ClientFault("rate.limited", retry_after=RETRY_AFTER_S)


class Shared:
    """Counts in Redis, or in this process while that is away."""

    def __init__(self, url: str) -> None:
        # As long as the protocol allows for both: the timeout around a count is what ends it.
        storage = aio.storage.RedisStorage(
            url,
            implementation="redispy",
            key_prefix="limits",
            socket_timeout=REDIS_ANSWERS_WITHIN_S,
            socket_connect_timeout=REDIS_ANSWERS_WITHIN_S,
        )
        self._redis = aio.strategies.SlidingWindowCounterRateLimiter(storage)
        self._away_until = 0.0

    async def hit(self, item: RateLimitItem, kind: str, key: str) -> bool:
        """Whether one more is within the limit."""
        if time.monotonic() < self._away_until:
            return _own().hit(item, kind, key)
        try:
            async with asyncio.timeout(REDIS_ANSWERS_WITHIN_S):
                allowed = await self._redis.hit(item, kind, key)
        except Exception as error:  # noqa: BLE001 - whatever is wrong with Redis, the answer does not wait for it
            self._note_away(error)
            return _own().hit(item, kind, key)
        self._note_back()
        return allowed

    def _note_away(self, error: Exception) -> None:
        if not self._away_until:
            logger.warning("Redis is away, each process counts for itself: %s", error or type(error).__name__)
        self._away_until = time.monotonic() + REDIS_AGAIN_AFTER_S

    def _note_back(self) -> None:
        if self._away_until:
            logger.info("Redis is back")
        self._away_until = 0.0


@cache
def _own() -> SlidingWindowCounterRateLimiter:
    return SlidingWindowCounterRateLimiter(MemoryStorage())


@cache
def _shared() -> Shared | None:
    return Shared(settings.REDIS_URL) if settings.REDIS_URL else None
