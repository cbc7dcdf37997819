"""A shared answer, as whoever holds its link sees it."""

from collections.abc import Callable
from functools import wraps

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from classifier.models import Classification
from web import history, share_tokens

View = Callable[[HttpRequest, Classification, str], HttpResponseBase]


def _by_link(view: View) -> Callable[[HttpRequest, str], HttpResponseBase]:
    """404 for what was never a link, 410 for one that was; never in a search engine, never in a shared cache."""

    @require_safe
    @cache_control(private=True, no_store=True)
    @wraps(view)
    def opened(request: HttpRequest, token: str) -> HttpResponseBase:
        try:
            row = share_tokens.shared(token)
        except share_tokens.GoneError:
            said = {
                "heading": _("This answer is gone"),
                "why": _("Its link has run out, was taken back, or the answer was deleted."),
            }
            response: HttpResponseBase = render(request, "web/message.html", said, status=410)
        else:
            if row is None:
                raise Http404("This was never a link to an answer.")
            response = view(request, row, token)
        response["X-Robots-Tag"] = "noindex"
        return response

    return opened


@_by_link
def page(request: HttpRequest, row: Classification, token: str) -> HttpResponse:
    """The answer, its five best and its photo if that was kept; nothing of whose it is."""
    return render(request, "web/shared.html", {"row": row, "token": token})


@_by_link
def photo(request: HttpRequest, row: Classification, token: str) -> HttpResponseBase:  # noqa: ARG001 - as the page
    """The kept photo, 512 pixels."""
    return history.send(row.photo.name)
