"""Owner key of a browser: a random UUID in a signed cookie, so that pages need no database to know their owner."""

from collections.abc import Mapping
from uuid import UUID, uuid4

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

COOKIE = "__Host-owner" if settings.ENVIRONMENT.is_public else "owner"
SALT = "web.owner"
LIFETIME_S = 365 * 24 * 3600


def get_owner(request: HttpRequest) -> UUID:
    """Return the owner key of the browser, or a new key if its cookie is missing, forged or older than a year."""
    return read_owner(request.COOKIES) or uuid4()


def read_owner(cookies: Mapping[str, str]) -> UUID | None:
    """Return the owner key in the cookies of a request or a WebSocket, ``None`` if it is missing, forged or expired."""
    request = HttpRequest()  # a WebSocket has none, and Django verifies signed cookies only through a request
    request.COOKIES.update(cookies)
    value = request.get_signed_cookie(COOKIE, default="", salt=SALT, max_age=LIFETIME_S)
    try:
        return UUID(value or "")
    except ValueError:
        return None


def set_owner_cookie(response: HttpResponseBase, owner: UUID) -> None:
    """Store the owner key in the browser for a year. Scripts and other sites cannot read it."""
    response.set_signed_cookie(
        COOKIE,
        owner.hex,
        salt=SALT,
        max_age=LIFETIME_S,
        httponly=True,
        samesite="Lax",
        secure=settings.ENVIRONMENT.is_public,
    )
