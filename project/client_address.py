"""The client's address behind trusted proxies."""

from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest

from classifier.websocket import origins


def client_address(request: HttpRequest) -> str:
    """Return the client's address (``origins.address``). axes counts failed logins by it."""
    if isinstance(request, ASGIRequest):
        return origins.address(request.scope)
    return str(request.META.get("REMOTE_ADDR", ""))
