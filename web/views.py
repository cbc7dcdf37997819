"""Views of the upload page: the page itself, tickets, example photos and the model card. No view uses the database."""

from functools import cache
from pathlib import Path

import markdown
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext
from django.views.decorators.cache import cache_control
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_POST, require_safe

from classifier.websocket import tickets
from web import examples
from web.owner import get_owner, set_owner_cookie

WEBSOCKET_PATH = "/ws/classify"
YEAR_S = 365 * 24 * 3600
MODEL_CARD = settings.BASE_DIR / "docs" / "model-card.md"


@require_safe
@gzip_page
@cache_control(no_store=True)
def index(request: HttpRequest) -> HttpResponse:
    """Show the upload page with its first ticket, so that the page can connect without another request.

    The response contains nothing of the request's URL: it is compressed, and its length would reveal whether a
    guess in the URL equals a part of the ticket (BREACH).
    """
    owner, example_photos = get_owner(request), list(examples.list_examples().values())
    context = {
        "ticket": tickets.issue(owner, get_origin(request)),
        "expires_in": tickets.LIFETIME_S,
        "websocket_url": get_websocket_url(request),
        "examples": example_photos,
        "keep_photos": settings.KEEP_PHOTOS.value,
        "credits": [example for example in example_photos if example.credit],
    }
    response = render(request, "web/upload.html", context)
    set_owner_cookie(response, owner)
    return response


@require_safe
@gzip_page
@cache_control(private=True, no_cache=True)
def show_model_card(request: HttpRequest) -> HttpResponse:
    """Show ``docs/model-card.md`` as a page."""
    context = {"title": gettext("About the model"), "body": _render_markdown(MODEL_CARD)}
    return render(request, "web/document.html", context)


@require_POST
@cache_control(no_store=True)
def issue_ticket(request: HttpRequest) -> JsonResponse:
    """Send a new ticket to a page that is still open."""
    owner = get_owner(request)
    response = JsonResponse(
        {
            "ticket": tickets.issue(owner, get_origin(request)),
            "expires_in": tickets.LIFETIME_S,
            "url": get_websocket_url(request),
        }
    )
    set_owner_cookie(response, owner)
    return response


@require_safe
@cache_control(public=True, max_age=YEAR_S, immutable=True)
def send_example(request: HttpRequest, name: str) -> HttpResponse:
    """Send an example photo in the size that the page sends to the server."""
    return _send_jpeg(name, examples.PHOTO_SIDE)


@require_safe
@cache_control(public=True, max_age=YEAR_S, immutable=True)
def send_example_thumbnail(request: HttpRequest, name: str) -> HttpResponse:
    return _send_jpeg(name, examples.THUMBNAIL_SIDE)


@cache
def _render_markdown(path: Path) -> SafeString:
    text = path.read_text(encoding="utf-8")
    return mark_safe(markdown.markdown(text, extensions=["tables", "toc"]))  # noqa: S308 - a file of this repository


def _send_jpeg(name: str, side: int) -> HttpResponse:
    example = examples.list_examples().get(name)
    if example is None:
        raise Http404("There is no example photo of this name.")
    return HttpResponse(examples.render_jpeg(example, side), content_type="image/jpeg")


def get_origin(request: HttpRequest) -> str:
    """Return the page's origin as its browser sends it when it opens a WebSocket."""
    return f"{request.scheme}://{request.get_host()}".lower()


def get_websocket_url(request: HttpRequest) -> str:
    """Return the URL for classification: on ``BACKEND_WS_URL`` if set, otherwise on the host of the page."""
    own_host = f"{'wss' if request.is_secure() else 'ws'}://{request.get_host()}"
    return f"{settings.BACKEND_WS_URL or own_host}{WEBSOCKET_PATH}"
