"""System checks: combinations of settings that would start and then disappoint."""

from typing import Any

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error

MIN_KEY_CHARS = 50


@checks.register()
def check_roles(**_: Any) -> list[CheckMessage]:
    """A page needs a backend to talk to, and a backend needs to know its pages."""
    found: list[CheckMessage] = []
    if not settings.ROLE.classifies and not settings.BACKEND_WS_URL:
        found.append(
            Error(
                "ROLE=frontend has no backend to send photos to.",
                hint="Set BACKEND_WS_URL, for example ws://127.0.0.1:8001.",
                id="project.E001",
            )
        )
    if not settings.ROLE.serves_pages and not settings.FRONTEND_ORIGINS:
        found.append(
            checks.Warning(
                "ROLE=backend accepts no page: FRONTEND_ORIGINS is empty.",
                hint="Set FRONTEND_ORIGINS, for example http://127.0.0.1:8000. Programs without an Origin still work.",
                id="project.W001",
            )
        )
    if settings.ROLE.is_whole and settings.BACKEND_WS_URL:
        found.append(
            checks.Warning(
                "ROLE=all sends its pages to another backend: BACKEND_WS_URL is set.",
                hint="Unset BACKEND_WS_URL, or set ROLE=frontend.",
                id="project.W002",
            )
        )
    return found


@checks.register()
def check_precision(**_: Any) -> list[CheckMessage]:
    """The reference engine has the official weights, which are float32."""
    if settings.ENGINE == "litert" or settings.PRECISION == "float32":
        return []
    hint = "Unset PRECISION, or unset ENGINE."
    return [Error(f"ENGINE=tensorflow does not know PRECISION={settings.PRECISION}.", hint=hint, id="project.E007")]


@checks.register()
def check_secrets(**_: Any) -> list[CheckMessage]:
    """In production nothing that is fit for a laptop only."""
    found: list[CheckMessage] = []
    if settings.ENVIRONMENT.is_public and len(settings.SECRET_KEY) < MIN_KEY_CHARS:
        hint = f"Set {MIN_KEY_CHARS} random characters or more."
        found.append(Error("SECRET_KEY is short enough to be guessed.", hint=hint, id="project.E004"))
    if settings.ENVIRONMENT.is_public and settings.DEBUG:
        found.append(Error("DEBUG is on in production: it shows settings.", hint="Unset DEBUG.", id="project.E005"))
    if settings.DATABASE_PASSWORD and not settings.DATABASE:
        hint = "Set DATABASE_URL too: SQLite has no password."
        found.append(checks.Warning("DATABASE_PASSWORD is used by nothing.", hint=hint, id="project.W003"))
    return found


@checks.register()
def check_stores(**_: Any) -> list[CheckMessage]:
    """In production the roles are on machines of their own, and share what lies in no machine."""
    if not settings.ENVIRONMENT.is_public or settings.DATABASE or settings.ROLE.is_whole:
        return []
    return [
        checks.Warning(
            f"ROLE={settings.ROLE} has a history of its own: DATABASE_URL is not set.",
            hint="Set the same DATABASE_URL for both roles.",
            id="project.W003",
        )
    ]


@checks.register()
def check_hosts(**_: Any) -> list[CheckMessage]:
    """In production the allowed hosts, and the scheme of the backend, must be said."""
    found: list[CheckMessage] = []
    if not settings.ENVIRONMENT.is_public:
        return found
    if not settings.ALLOWED_HOSTS or "*" in settings.ALLOWED_HOSTS:
        found.append(
            Error("ALLOWED_HOSTS names no host in production.", hint="Set your host names.", id="project.E002")
        )
    if not settings.TRUSTED_PROXIES:
        found.append(
            Error(
                "Nobody speaks TLS in production: every page would be redirected to itself for ever.",
                hint="Put a proxy with TLS in front and set TRUSTED_PROXIES=1 (or how many of yours there are).",
                id="project.E006",
            )
        )
    if settings.BACKEND_WS_URL.startswith("ws://"):
        found.append(
            Error(
                "BACKEND_WS_URL is plain ws:// in production: browsers refuse it from an https page.",
                hint="Set wss://…",
                id="project.E003",
            )
        )
    return found
