"""Who asks, as the outermost proxy of ours saw it."""

from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest

from classifier.websocket import origins


def client_address(request: HttpRequest) -> str:
    """The client's address, for counting failed logins; see ``origins.address``."""
    if isinstance(request, ASGIRequest):
        return origins.address(request.scope)
    return str(request.META.get("REMOTE_ADDR", ""))
