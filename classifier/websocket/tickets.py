"""Short-lived signed tickets that a page presents on its WebSocket.

Frontend and backend share ``SECRET_KEY``, so the backend can check a ticket of the frontend without a common store.
"""

import time
from dataclasses import dataclass
from uuid import UUID

from django.core import signing

from classifier.errors import AuthError

LIFETIME_S = 600
SALT = "classifier.ticket"


@dataclass(frozen=True, slots=True)
class Ticket:
    """Permission of ``owner`` to classify from pages of ``origin`` until ``expires_at`` (Unix seconds)."""

    owner: UUID
    origin: str
    expires_at: float

    @property
    def expires_in(self) -> int:
        """Return the whole seconds left, 0 if expired."""
        return max(0, int(self.expires_at - time.time()))


def issue(owner: UUID, origin: str) -> str:
    """Return a ticket that is valid for ``LIFETIME_S`` seconds."""
    return signing.dumps({"owner": owner.hex, "origin": origin, "until": int(time.time()) + LIFETIME_S}, salt=SALT)


def read(text: str) -> Ticket:
    """Return the verified ticket. Raises ``AuthError`` ``auth.invalid`` or ``auth.expired``."""
    try:
        fields = signing.loads(text, salt=SALT)
        ticket = Ticket(UUID(fields["owner"]), fields["origin"], float(fields["until"]))
    except (signing.BadSignature, ValueError, KeyError, TypeError):
        raise AuthError("auth.invalid") from None
    if not ticket.expires_in:
        raise AuthError("auth.expired")
    return ticket
