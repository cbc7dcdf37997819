"""Typed readers of environment variables.

Each raises ``ImproperlyConfigured`` naming the variable and what it may be. ``NAME_FILE`` may name a
file that holds the value instead, as container platforms hand over secrets.
"""

import os
import secrets
from collections.abc import Iterable
from contextlib import suppress
from enum import StrEnum
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

import dj_database_url
from dj_database_url import DBConfig
from django.core.exceptions import ImproperlyConfigured

Choice = TypeVar("Choice", bound=StrEnum)

TRUE = frozenset({"1", "true", "yes", "on"})
FALSE = frozenset({"0", "false", "no", "off"})


def text(name: str, default: str = "") -> str:
    """The variable, or the content of the file that ``NAME_FILE`` names, without outer white space."""
    value, file = os.environ.get(name, "").strip(), os.environ.get(f"{name}_FILE", "").strip()
    if value and file:
        raise ImproperlyConfigured(f"{name} and {name}_FILE are both set: keep one of them.")
    if not file:
        return value or default
    try:
        return Path(file).read_text(encoding="utf-8").strip() or default
    except (OSError, UnicodeDecodeError) as error:
        raise ImproperlyConfigured(f"{name}_FILE names {file!r}, which cannot be read: {error}") from error


def choice(name: str, choices: type[Choice], default: Choice) -> Choice:
    """One member of an enum, by its value."""
    value = text(name, default)
    try:
        return choices(value)
    except ValueError:
        raise _refused(name, value, f"one of {', '.join(choices)}") from None


def boolean(name: str, *, default: bool) -> bool:
    """1/true/yes/on or 0/false/no/off, in any case."""
    value = text(name, str(default)).lower()
    if value not in TRUE | FALSE:
        raise _refused(name, value, "1, true, yes, on, 0, false, no or off")
    return value in TRUE


def number(name: str, default: int, *, minimum: int, maximum: int) -> int:
    """A whole number within ``minimum`` … ``maximum``, both included."""
    value = text(name, str(default))
    try:
        if minimum <= int(value) <= maximum:
            return int(value)
    except ValueError:
        pass
    raise _refused(name, value, f"a whole number from {minimum} to {maximum}")


def fraction(name: str, default: float) -> float:
    """A number from 0 to 1, both included."""
    value = text(name, str(default))
    try:
        if 0 <= float(value) <= 1:
            return float(value)
    except ValueError:
        pass
    raise _refused(name, value, "a number from 0 to 1")


def listing(name: str, default: Iterable[str] = ()) -> list[str]:
    """Values parted by commas; blanks are dropped."""
    return [item for item in (part.strip() for part in text(name).split(",")) if item] or list(default)


def origins(name: str) -> list[str]:
    """Web origins (``https://example.org``, ``http://127.0.0.1:8000``) parted by commas."""
    return [_bare_url(name, item, {"http", "https"}) for item in listing(name)]


def socket_url(name: str) -> str:
    """The bare ``ws://host[:port]`` or ``wss://host[:port]`` of a backend, or an empty string."""
    value = text(name)
    return _bare_url(name, value, {"ws", "wss"}) if value else ""


def http_url(name: str) -> str:
    """The bare ``http://host[:port]`` or ``https://host[:port]`` of a service, or an empty string."""
    value = text(name)
    return _bare_url(name, value, {"http", "https"}) if value else ""


def database(name: str) -> DBConfig | None:
    """``postgresql://user:password@host[:port]/name[?sslmode=…]`` as Django's settings for it, or ``None``."""
    value = text(name)
    if not value:
        return None
    with suppress(ValueError):
        config = dj_database_url.parse(value, conn_health_checks=True)
        if config["ENGINE"] == "django.db.backends.postgresql" and config.get("NAME"):
            return config
    # Not said as it is: there is a password in it.
    raise ImproperlyConfigured(f"{name} is not valid: it must be postgresql://user:password@host[:port]/name.")


def redis_url(name: str) -> str:
    """``redis://…`` or, over TLS, ``rediss://…``, or an empty string."""
    value = text(name)
    url = urlsplit(value)
    if value and (url.scheme not in {"redis", "rediss"} or not url.hostname):
        raise ImproperlyConfigured(f"{name} is not valid: it must be redis[s]://[:password@]host[:port][/number].")
    return value


def _bare_url(name: str, value: str, schemes: set[str]) -> str:
    url = urlsplit(value.rstrip("/"))
    if url.scheme not in schemes or not url.netloc or url.path or url.query or url.fragment:
        forms = " or ".join(f"{scheme}://host[:port]" for scheme in sorted(schemes))
        raise _refused(name, value, f"{forms}, without a path")
    return f"{url.scheme}://{url.netloc.lower()}"


def secret_key(name: str, file: Path, *, required: bool) -> str:
    """The signing key: from the environment, or generated once into ``file`` unless ``required``.

    Processes that start together agree: the file is created whole and exclusively, and the loser reads it.
    """
    value = text(name)
    if value:
        return value
    if required:
        raise ImproperlyConfigured(f"{name} (or {name}_FILE) must be set in production: 50 random characters or more.")
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_name(f"{file.name}.{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_text(secrets.token_urlsafe(64), encoding="ascii")
    with suppress(FileExistsError):
        os.link(draft, file)
    draft.unlink()
    return file.read_text(encoding="ascii")


def _refused(name: str, value: str, wanted: str) -> ImproperlyConfigured:
    return ImproperlyConfigured(f"{name}={value!r} is not valid: it must be {wanted}.")
