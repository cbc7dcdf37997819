"""What a page says while the database is away, instead of that something went wrong."""

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.deprecation import MiddlewareMixin
from django.utils.translation import gettext as _

RETRY_AFTER_S = 10


class DatabaseAway(MiddlewareMixin):
    """503 in words for whatever page needed the database."""

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Django's hook: ``None`` leaves other faults to others."""
        if not isinstance(exception, (OperationalError, InterfaceError)):
            return None
        said = {
            "heading": _("My history is away just now"),
            "why": _(
                "Photos are answered as always, and what is answered meanwhile will be here. "
                "Please come back in a moment."
            ),
        }
        response = render(request, "web/message.html", said, status=503)
        response["Retry-After"] = str(RETRY_AFTER_S)
        return response
