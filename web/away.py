"""What a page says while the database is away, instead of that something went wrong."""

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.deprecation import MiddlewareMixin

RETRY_AFTER_S = 10


class DatabaseAway(MiddlewareMixin):
    """503 in words for whatever page needed the database."""

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Django's hook: ``None`` leaves other faults to others."""
        if not isinstance(exception, (OperationalError, InterfaceError)):
            return None
        response = render(request, "web/away.html", status=503)
        response["Retry-After"] = str(RETRY_AFTER_S)
        return response
