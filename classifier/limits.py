"""How often one address may ask. In this process's memory."""

from functools import cache

from django.conf import settings
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter

from classifier.errors import ClientFault


@cache
def _limiter() -> SlidingWindowCounterRateLimiter:
    return SlidingWindowCounterRateLimiter(MemoryStorage())


def count(kind: str, address: str) -> None:
    """Counts one request of ``address``. Raises ``ClientFault`` ``rate.limited`` past ``ADDRESS_RATE`` a minute."""
    if not _limiter().hit(RateLimitItemPerMinute(settings.ADDRESS_RATE), kind, address):
        raise ClientFault("rate.limited", retry_after=1.0)
