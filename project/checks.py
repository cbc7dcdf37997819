"""System checks: combinations of settings with which a process starts but does not work as intended."""

from typing import Any

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error, Warning  # noqa: A004 - the name of Django's class

MIN_KEY_CHARS = 50


@checks.register()
def check_roles(**_: Any) -> list[CheckMessage]:
    """Check that a frontend has a backend and that a backend accepts a frontend."""
    messages: list[CheckMessage] = []
    if not settings.ROLE.classifies and not settings.BACKEND_WS_URL:
        messages.append(
            Error(
                "ROLE=frontend has no backend: BACKEND_WS_URL is empty.",
                hint="Set BACKEND_WS_URL, for example ws://127.0.0.1:8001.",
                id="project.E001",
            )
        )
    if not settings.ROLE.serves_pages and not settings.FRONTEND_ORIGINS:
        messages.append(
            Warning(
                "ROLE=backend accepts no page: FRONTEND_ORIGINS is empty.",
                hint="Set FRONTEND_ORIGINS, for example http://127.0.0.1:8000. Clients without an Origin header work.",
                id="project.W001",
            )
        )
    if settings.ROLE.is_whole and settings.BACKEND_WS_URL:
        messages.append(
            Warning(
                "ROLE=all sends its pages to another backend: BACKEND_WS_URL is set.",
                hint="Unset BACKEND_WS_URL, or set ROLE=frontend.",
                id="project.W002",
            )
        )
    return messages


@checks.register()
def check_precision(**_: Any) -> list[CheckMessage]:
    """Check that the TensorFlow engine runs in float32, the precision of the official weights."""
    if settings.ENGINE == "litert" or settings.PRECISION == "float32":
        return []
    message = f"ENGINE=tensorflow does not support PRECISION={settings.PRECISION}."
    return [Error(message, hint="Unset PRECISION, or unset ENGINE.", id="project.E007")]


@checks.register()
def check_secrets(**_: Any) -> list[CheckMessage]:
    """Check the signing key, DEBUG and the database password."""
    messages: list[CheckMessage] = []
    if settings.ENVIRONMENT.is_public and len(settings.SECRET_KEY) < MIN_KEY_CHARS:
        hint = f"Set {MIN_KEY_CHARS} random characters or more."
        messages.append(Error("SECRET_KEY is too short for production.", hint=hint, id="project.E004"))
    if settings.ENVIRONMENT.is_public and settings.DEBUG:
        message = "DEBUG is on in production: error pages show settings."
        messages.append(Error(message, hint="Unset DEBUG.", id="project.E005"))
    if settings.DATABASE_PASSWORD and not settings.DATABASE:
        hint = "Set DATABASE_URL, too: SQLite has no password."
        messages.append(Warning("DATABASE_PASSWORD has no effect without DATABASE_URL.", hint=hint, id="project.W003"))
    return messages


@checks.register()
def check_stores(**_: Any) -> list[CheckMessage]:
    """Check that separate roles share a database in production."""
    if not settings.ENVIRONMENT.is_public or settings.DATABASE or settings.ROLE.is_whole:
        return []
    return [
        Warning(
            f"ROLE={settings.ROLE} has a separate history: DATABASE_URL is not set.",
            hint="Set the same DATABASE_URL for both roles.",
            id="project.W004",
        )
    ]


@checks.register()
def check_hosts(**_: Any) -> list[CheckMessage]:
    """Check the host names, the TLS proxy and the backend's URL scheme in production."""
    messages: list[CheckMessage] = []
    if not settings.ENVIRONMENT.is_public:
        return messages
    if not settings.ALLOWED_HOSTS or "*" in settings.ALLOWED_HOSTS:
        messages.append(
            Error("Production needs host names in ALLOWED_HOSTS.", hint="Set your host names.", id="project.E002")
        )
    if not settings.TRUSTED_PROXIES:
        messages.append(
            Error(
                "Production needs a TLS-terminating proxy: without TRUSTED_PROXIES every page redirects to itself.",
                hint="Put a proxy with TLS in front and set TRUSTED_PROXIES to the number of your proxies, usually 1.",
                id="project.E006",
            )
        )
    if settings.BACKEND_WS_URL.startswith("ws://"):
        messages.append(
            Error(
                "BACKEND_WS_URL is ws:// in production: browsers block it on an https page.",
                hint="Set a wss:// URL.",
                id="project.E003",
            )
        )
    return messages
