"""Views of a shared record. Anyone with the link may open them."""

from collections.abc import Callable
from functools import wraps

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from classifier.models import Classification
from web import history, share_tokens

RecordView = Callable[[HttpRequest, Classification, str], HttpResponseBase]


def _open_by_token(view: RecordView) -> Callable[[HttpRequest, str], HttpResponseBase]:
    """Pass the record of a token to ``view``.

    A forged token gives status 404, an expired one 410. Search engines and shared caches store no response.
    """

    @require_safe
    @cache_control(private=True, no_store=True)
    @wraps(view)
    def open_record(request: HttpRequest, token: str) -> HttpResponseBase:
        try:
            record = share_tokens.find_record(token)
        except share_tokens.ExpiredLinkError:
            response = _render_expired(request)
        else:
            if record is None:
                raise Http404("The signature of this link is wrong.")
            response = view(request, record, token)
        response["X-Robots-Tag"] = "noindex"
        return response

    return open_record


@_open_by_token
def show_shared_record(request: HttpRequest, record: Classification, token: str) -> HttpResponseBase:
    """Show the answer, the five most probable classes and the kept photo, without the file name or the owner."""
    return render(request, "web/shared.html", {"record": record, "token": token})


@_open_by_token
def send_shared_photo(request: HttpRequest, record: Classification, token: str) -> HttpResponseBase:  # noqa: ARG001 - all views have the token
    """Send the kept photo, at most 512 pixels wide and high."""
    return history.send_file(record.photo.name)


def _render_expired(request: HttpRequest) -> HttpResponseBase:
    context = {
        "heading": _("This link no longer works"),
        "text": _("It has expired, or its owner stopped sharing or deleted the answer."),
    }
    response: HttpResponse = render(request, "web/message.html", context, status=410)
    return response
