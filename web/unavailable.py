"""Middleware for database outages."""

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.deprecation import MiddlewareMixin
from django.utils.translation import gettext as _

RETRY_AFTER_S = 10


class DatabaseUnavailable(MiddlewareMixin):
    """Respond with status 503 and a page that explains it when a view fails because of a database outage."""

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Return the page, or ``None`` for exceptions of another kind."""
        if not isinstance(exception, (OperationalError, InterfaceError)):
            return None
        context = {
            "heading": _("History is temporarily unavailable"),
            "text": _("You can still classify photos. Their answers will appear here later. Please try again soon."),
        }
        response = render(request, "web/message.html", context, status=503)
        response["Retry-After"] = str(RETRY_AFTER_S)
        return response
