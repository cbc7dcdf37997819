"""Origin check and client address of a WebSocket handshake."""

from collections.abc import Mapping
from contextlib import suppress
from ipaddress import ip_address, ip_network
from typing import Any

from django.conf import settings
from django.http.request import split_domain_port, validate_host


def header(scope: Mapping[str, Any], name: bytes) -> str | None:
    """Return the value of a request header of an ASGI scope, in lower case, or ``None``."""
    for key, value in scope["headers"]:
        if key == name:
            return str(value.decode("latin1")).lower()
    return None


def is_allowed(scope: Mapping[str, Any]) -> bool:
    """Return whether this client may connect: a program, which sends no Origin, or an allowed page.

    A page's origin must be in ``FRONTEND_ORIGINS``. If that is empty, it must have the host of the request.
    """
    origin = header(scope, b"origin")
    if origin is None:
        return True
    if settings.FRONTEND_ORIGINS:
        return origin in settings.FRONTEND_ORIGINS
    # Equal hosts are not enough: an attacker can point a name of their own to this address (DNS rebinding).
    host = origin.partition("://")[2]
    return host == header(scope, b"host") and validate_host(split_domain_port(host)[0], settings.ALLOWED_HOSTS)


def address(scope: Mapping[str, Any]) -> str:
    """Return the client's address for counting; for IPv6 its /64 network, all of which belongs to one client.

    Behind ``TRUSTED_PROXIES`` proxies it is the address that the outermost proxy saw. Each proxy appends to
    X-Forwarded-For, so entries further left are set by the client and not trusted.
    """
    client = scope.get("client")
    if not settings.TRUSTED_PROXIES:
        return _network(str(client[0])) if client else ""
    entries = (header(scope, b"x-forwarded-for") or "").split(",")
    return _network(entries[-settings.TRUSTED_PROXIES].strip()) if len(entries) >= settings.TRUSTED_PROXIES else ""


def _network(address: str) -> str:
    with suppress(ValueError):
        if (parsed := ip_address(address)).version == 6:
            return str(parsed.ipv4_mapped or ip_network((parsed, 64), strict=False))
    return address
