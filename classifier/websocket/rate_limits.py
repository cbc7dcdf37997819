"""How often one owner or one address may ask: in this process's memory, or in Redis for all processes together.

Redis that is away costs nobody an answer: each process counts for itself until it is back. Counts are gone after two
minutes, and Redis sees no address, but a keyed hash of it.
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
    shared = _shared()
    allowed = await shared.hit(kind, who, per_minute) if shared else _own().hit(kind, who, per_minute)
    if not allowed:
        raise ClientError("rate.limited", retry_after=RETRY_AFTER_S)


class Own:
    """Counts of this process: those of this minute, and of the one before by what a sliding minute still holds of it.

    The rule of the library that counts in Redis, whose own store in memory starts a thread for nearly every count.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._minute = 0
        self._before, self._now = Counter[tuple[str, str]](), Counter[tuple[str, str]]()

    def hit(self, kind: str, who: str, per_minute: int) -> bool:
        """Whether one more is within the limit; it is counted if so."""
        minute, second = divmod(self._clock(), 60)
        if minute != self._minute:
            self._before = self._now if minute == self._minute + 1 else Counter()
            self._now, self._minute = Counter(), int(minute)
        key = kind, who
        if int(self._before[key] * (1 - second / 60)) + self._now[key] >= per_minute:
            return False
        self._now[key] += 1
        return True


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

    async def hit(self, kind: str, who: str, per_minute: int) -> bool:
        """Whether one more is within the limit; it is counted if so."""
        if time.monotonic() < self._away_until:
            return _own().hit(kind, who, per_minute)
        item, key = RateLimitItemPerMinute(per_minute), salted_hmac("classifier.limits", who).hexdigest()[:32]
        try:
            async with asyncio.timeout(REDIS_ANSWERS_WITHIN_S):
                allowed = await self._redis.hit(item, kind, key)
        except Exception as error:  # noqa: BLE001 - whatever is wrong with Redis, the answer does not wait for it
            self._note_away(error)
            return _own().hit(kind, who, per_minute)
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
def _own() -> Own:
    return Own()


@cache
def _shared() -> Shared | None:
    return Shared(settings.REDIS_URL) if settings.REDIS_URL else None
