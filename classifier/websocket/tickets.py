"""Short-lived signed tickets that a page hands to the socket.

The shared ``SECRET_KEY`` signs them, so that a ticket of one role holds at the other without a store between them.
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
    """Who may classify (owner key), from which web origin, until when (Unix seconds)."""

    owner: UUID
    origin: str
    expires_at: float

    @property
    def expires_in(self) -> int:
        """Whole seconds left, 0 when expired."""
        return max(0, int(self.expires_at - time.time()))


def issue(owner: UUID, origin: str) -> str:
    """A ticket for ``LIFETIME_S`` seconds from now."""
    return signing.dumps({"owner": owner.hex, "origin": origin, "until": int(time.time()) + LIFETIME_S}, salt=SALT)


def read(text: str) -> Ticket:
    """The ticket, checked. Raises ``AuthError`` ``auth.invalid`` or ``auth.expired``."""
    try:
        fields = signing.loads(text, salt=SALT)
        ticket = Ticket(UUID(fields["owner"]), fields["origin"], float(fields["until"]))
    except (signing.BadSignature, ValueError, KeyError, TypeError):
        raise AuthError("auth.invalid") from None
    if not ticket.expires_in:
        raise AuthError("auth.expired")
    return ticket
