"""Which pages may open a socket."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings


def header(scope: Mapping[str, Any], name: bytes) -> str | None:
    """One request header of an ASGI scope, in lower case."""
    for key, value in scope["headers"]:
        if key == name:
            return str(value.decode("latin1")).lower()
    return None


def is_allowed(scope: Mapping[str, Any]) -> bool:
    """No Origin is a program; a page must be listed, or of the socket's own host where nothing is listed."""
    origin = header(scope, b"origin")
    if origin is None:
        return True
    if settings.FRONTEND_ORIGINS:
        return origin in settings.FRONTEND_ORIGINS
    return origin.partition("://")[2] == header(scope, b"host")
