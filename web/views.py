"""The upload page, its tickets and its example photos. None of it needs the database."""

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
from web.owner import owner_of, remember

SOCKET_PATH = "/ws/classify"
A_YEAR_S = 365 * 24 * 3600
MODEL_CARD = settings.BASE_DIR / "docs" / "model-card.md"


@require_safe
@gzip_page
@cache_control(no_store=True)
def index(request: HttpRequest) -> HttpResponse:
    """The page, with the first ticket in it: no request stands between a photo and its answer.

    It is compressed, so it repeats nothing of its address: a guess beside a secret would be told by the length.
    """
    owner, found = owner_of(request), list(examples.listing().values())
    page = {
        "ticket": tickets.issue(owner, origin(request)),
        "expires_in": tickets.LIFETIME_S,
        "socket_url": socket_url(request),
        "examples": found,
        "keep_photos": settings.KEEP_PHOTOS.value,
        "credits": [example for example in found if example.credit],
    }
    response = render(request, "web/upload.html", page)
    remember(response, owner)
    return response


@require_safe
@gzip_page
@cache_control(private=True, no_cache=True)
def model_card(request: HttpRequest) -> HttpResponse:
    """What the model knows and how right it is: ``docs/model-card.md`` as a page, asked for anew in each language."""
    return render(request, "web/document.html", {"title": gettext("What it knows"), "body": _rendered(MODEL_CARD)})


@require_POST
@cache_control(no_store=True)
def ticket(request: HttpRequest) -> JsonResponse:
    """A new ticket for a page that is still open."""
    owner = owner_of(request)
    response = JsonResponse(
        {
            "ticket": tickets.issue(owner, origin(request)),
            "expires_in": tickets.LIFETIME_S,
            "url": socket_url(request),
        }
    )
    remember(response, owner)
    return response


@require_safe
@cache_control(public=True, max_age=A_YEAR_S, immutable=True)
def example(request: HttpRequest, name: str) -> HttpResponse:
    """An example photo, as large as the page would send it."""
    return _photo(name, examples.PHOTO_SIDE)


@require_safe
@cache_control(public=True, max_age=A_YEAR_S, immutable=True)
def thumbnail(request: HttpRequest, name: str) -> HttpResponse:
    """An example photo as a small picture to click on."""
    return _photo(name, examples.THUMBNAIL_SIDE)


@cache
def _rendered(path: Path) -> SafeString:
    """A document of ours as HTML."""
    text = path.read_text(encoding="utf-8")
    return mark_safe(markdown.markdown(text, extensions=["tables", "toc"]))  # noqa: S308 - our own file


def _photo(name: str, side: int) -> HttpResponse:
    found = examples.listing().get(name)
    if found is None:
        raise Http404("There is no such example.")
    return HttpResponse(examples.rendition(found, side), content_type="image/jpeg")


def origin(request: HttpRequest) -> str:
    """The page's origin as its browser will send it with the socket."""
    return f"{request.scheme}://{request.get_host()}".lower()


def socket_url(request: HttpRequest) -> str:
    """Where the page's socket goes: the backend of the settings, else the page's own host."""
    own = f"{'wss' if request.is_secure() else 'ws'}://{request.get_host()}"
    return f"{settings.BACKEND_WS_URL or own}{SOCKET_PATH}"
