"""Web app manifest: name and icons of the page on a phone's home screen."""

from django.http import HttpRequest, JsonResponse
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_cookie

#: ``--paper`` of static/css/tokens.css.
PAPER = "#faf6f0"
#: File, size and purpose, with the keywords of the Web Application Manifest.
ICONS = (
    ("img/icon.svg", "any", "any"),
    ("img/icon-192.png", "192x192", "any"),
    ("img/icon-512.png", "512x512", "any"),
    ("img/icon-maskable.png", "512x512", "maskable"),
)


@require_safe
@vary_on_cookie
@cache_control(private=True, no_cache=True)
def show_manifest(request: HttpRequest) -> JsonResponse:
    """Send the manifest in the browser's language."""
    home = reverse("web:index")
    fields = {
        "id": home,
        "name": gettext("Is this a squirrel?"),
        "short_name": gettext("Squirrel?"),
        "description": gettext("Tells you which animal is in a photo."),
        "lang": get_language(),
        "start_url": home,
        "scope": home,
        "display": "standalone",
        "background_color": PAPER,
        "theme_color": PAPER,
        "icons": [_build_icon(*icon) for icon in ICONS],
    }
    return JsonResponse(fields, content_type="application/manifest+json")


def _build_icon(path: str, sizes: str, purpose: str) -> dict[str, str]:
    media_type = "image/svg+xml" if path.endswith(".svg") else "image/png"
    return {"src": static(path), "sizes": sizes, "type": media_type, "purpose": purpose}
