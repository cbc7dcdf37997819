"""Typed readers of environment variables.

Each reader strips white space and treats an empty variable as unset. ``NAME_FILE`` may name a file that holds the value
of ``NAME``: container platforms provide secrets as files. A reader raises ``ImproperlyConfigured`` with the variable's
name and the allowed values.
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

TRUE_VALUES = frozenset({"1", "true", "yes", "on"})
FALSE_VALUES = frozenset({"0", "false", "no", "off"})


def read_text(name: str, default: str = "") -> str:
    """Return the variable, or the content of the file that ``NAME_FILE`` names."""
    value, file = os.environ.get(name, "").strip(), os.environ.get(f"{name}_FILE", "").strip()
    if value and file:
        raise ImproperlyConfigured(f"{name} and {name}_FILE are both set: unset one of them.")
    if not file:
        return value or default
    try:
        return Path(file).read_text(encoding="utf-8").strip() or default
    except (OSError, UnicodeDecodeError) as error:
        raise ImproperlyConfigured(f"{name}_FILE={file!r} cannot be read: {error}") from error


def read_choice(name: str, choices: type[Choice], default: Choice) -> Choice:
    """Return the member of ``choices`` whose value the variable holds."""
    value = read_text(name, default)
    try:
        return choices(value)
    except ValueError:
        raise _invalid_value(name, value, f"one of {', '.join(choices)}") from None


def read_boolean(name: str, *, default: bool) -> bool:
    """Return True for 1, true, yes or on, and False for 0, false, no or off, in upper or lower case."""
    value = read_text(name, str(default)).lower()
    if value not in TRUE_VALUES | FALSE_VALUES:
        raise _invalid_value(name, value, "1, true, yes, on, 0, false, no or off")
    return value in TRUE_VALUES


def read_integer(name: str, default: int, *, minimum: int, maximum: int) -> int:
    """Return a whole number from ``minimum`` to ``maximum``, both included."""
    value = read_text(name, str(default))
    try:
        if minimum <= int(value) <= maximum:
            return int(value)
    except ValueError:
        pass
    raise _invalid_value(name, value, f"a whole number from {minimum} to {maximum}")


def read_fraction(name: str, default: float) -> float:
    """Return a number from 0 to 1, both included."""
    value = read_text(name, str(default))
    try:
        if 0 <= float(value) <= 1:
            return float(value)
    except ValueError:
        pass
    raise _invalid_value(name, value, "a number from 0 to 1")


def read_list(name: str, default: Iterable[str] = ()) -> list[str]:
    """Return the comma-separated values without empty ones."""
    return [item for item in (part.strip() for part in read_text(name).split(",")) if item] or list(default)


def read_origins(name: str) -> list[str]:
    """Return comma-separated web origins, such as ``https://example.org`` and ``http://127.0.0.1:8000``."""
    return [_normalize_url(name, item, {"http", "https"}) for item in read_list(name)]


def read_websocket_url(name: str) -> str:
    """Return ``ws://host[:port]`` or ``wss://host[:port]``, or an empty string."""
    return _read_url(name, {"ws", "wss"})


def read_http_url(name: str) -> str:
    """Return ``http://host[:port]`` or ``https://host[:port]``, or an empty string."""
    return _read_url(name, {"http", "https"})


def read_database(name: str) -> DBConfig | None:
    """Return Django's settings for ``postgresql://user:password@host[:port]/name[?sslmode=…]``, or ``None``."""
    value = read_text(name)
    if not value:
        return None
    with suppress(ValueError):
        config = dj_database_url.parse(value, conn_health_checks=True)
        if config["ENGINE"] == "django.db.backends.postgresql" and config.get("NAME"):
            return config
    # The message omits the value, which contains a password.
    raise ImproperlyConfigured(f"{name} is not valid: it must be postgresql://user:password@host[:port]/name.")


def read_redis_url(name: str) -> str:
    """Return ``redis://…`` or, with TLS, ``rediss://…``, or an empty string."""
    value = read_text(name)
    url = urlsplit(value)
    if value and (url.scheme not in {"redis", "rediss"} or not url.hostname):
        raise ImproperlyConfigured(f"{name} is not valid: it must be redis[s]://[:password@]host[:port][/number].")
    return value


def load_secret_key(name: str, file: Path, *, required: bool) -> str:
    """Return the signing key from the environment, or the one in ``file``, which the first call creates.

    Processes that start at the same time get the same key: each writes a draft, and only one draft can become ``file``.
    Raises ``ImproperlyConfigured`` if the key is ``required`` and not in the environment.
    """
    value = read_text(name)
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


def _read_url(name: str, schemes: set[str]) -> str:
    value = read_text(name)
    return _normalize_url(name, value, schemes) if value else ""


def _normalize_url(name: str, value: str, schemes: set[str]) -> str:
    url = urlsplit(value.rstrip("/"))
    if url.scheme not in schemes or not url.netloc or url.path or url.query or url.fragment:
        forms = " or ".join(f"{scheme}://host[:port]" for scheme in sorted(schemes))
        raise _invalid_value(name, value, f"{forms}, without a path")
    return f"{url.scheme}://{url.netloc.lower()}"


def _invalid_value(name: str, value: str, allowed: str) -> ImproperlyConfigured:
    return ImproperlyConfigured(f"{name}={value!r} is not valid: it must be {allowed}.")
