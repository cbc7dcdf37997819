"""Whose browser this is: a random key in a signed cookie, so that pages need no database to know it."""

from collections.abc import Mapping
from uuid import UUID, uuid4

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

COOKIE = "__Host-owner" if settings.ENVIRONMENT.is_public else "owner"
SALT = "web.owner"
LIFETIME_S = 365 * 24 * 3600


def owner_of(request: HttpRequest) -> UUID:
    """The key this browser brought, or a new one if it brought none, a forged one or one older than a year."""
    return known(request.COOKIES) or uuid4()


def known(cookies: Mapping[str, str]) -> UUID | None:
    """The key among a browser's cookies, of a page or a socket; ``None`` as in ``owner_of``."""
    request = HttpRequest()  # sockets have none, and only it knows how Django signs cookies
    request.COOKIES.update(cookies)
    kept = request.get_signed_cookie(COOKIE, default="", salt=SALT, max_age=LIFETIME_S)
    try:
        return UUID(kept or "")
    except ValueError:
        return None


def remember(response: HttpResponseBase, owner: UUID) -> None:
    """Lets the browser bring the key for another year. Scripts and other sites cannot read it."""
    response.set_signed_cookie(
        COOKIE,
        owner.hex,
        salt=SALT,
        max_age=LIFETIME_S,
        httponly=True,
        samesite="Lax",
        secure=settings.ENVIRONMENT.is_public,
    )
