"""Who opens a socket, whether its page may, and how many there are already."""

from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from ipaddress import ip_address, ip_network
from typing import Any

from django.conf import settings
from django.http.request import split_domain_port, validate_host


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
    # The host must be ours too, or a page whose name was rebound to this address would be of "the same host".
    host = origin.partition("://")[2]
    return host == header(scope, b"host") and validate_host(split_domain_port(host)[0], settings.ALLOWED_HOSTS)


def address(scope: Mapping[str, Any]) -> str:
    """The client's address: behind ``TRUSTED_PROXIES`` proxies, what the outermost of them saw.

    Each appends to X-Forwarded-For; what stands further left is the client's own invention. Of IPv6 it is the network
    (/64): who has one address of it has them all.
    """
    client = scope.get("client")
    if not settings.TRUSTED_PROXIES:
        return _network(str(client[0])) if client else ""
    seen = (header(scope, b"x-forwarded-for") or "").split(",")
    return _network(seen[-settings.TRUSTED_PROXIES].strip()) if len(seen) >= settings.TRUSTED_PROXIES else ""


class ConnectionCounter:
    """The open sockets of one kind in this process, by address. Belongs to the event loop."""

    def __init__(self) -> None:
        self._open: Counter[str] = Counter()

    def enter(self, address: str) -> bool:
        """Counts one more, and whether it is within ``ADDRESS_SOCKETS`` and ``MAX_SOCKETS``."""
        self._open[address] += 1
        return self._open[address] <= settings.ADDRESS_SOCKETS and self._open.total() <= settings.MAX_SOCKETS

    def leave(self, address: str) -> None:
        """One that entered is closed, welcome or not."""
        self._open[address] -= 1
        if not self._open[address]:
            del self._open[address]


def _network(address: str) -> str:
    with suppress(ValueError):
        if (found := ip_address(address)).version == 6:
            return str(found.ipv4_mapped or ip_network((found, 64), strict=False))
    return address
