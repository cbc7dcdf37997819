"""WebSocket close codes of all consumers, shared with ``project`` and ``web``. Imports nothing.

An application may close with 1000 and 3000…4999 only (RFC 6455, 7.4.2).
"""

PROTOCOL_ERROR = 4400
UNAUTHENTICATED = 4401
FORBIDDEN_ORIGIN = 4403
IDLE_TIMEOUT = 4408
DRAINING = 4412
RATE_LIMITED = 4429
CHANNEL_LAYER_UNAVAILABLE = 4503
