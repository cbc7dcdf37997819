"""Typed readers of JSON fields. Each raises ``ProtocolError`` saying which field is wrong, and what it must be."""

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from classifier.errors import ProtocolError
from classifier.imaging.crops import Views
from classifier.vocabulary.labels import labels

Fields = Mapping[str, Any]

#: How many classes may be asked to be explained at once.
MAX_CLASSES = 5
MAX_BRACKETS = 64


def json_object(text: str) -> Fields:
    """The fields of one text frame."""
    # Each bracket becomes an object: 14 MB of them would hold everybody up for seconds. Ours has two.
    if text.count("[") + text.count("{") > MAX_BRACKETS:
        raise invalid("this JSON is too deep or too long")
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise invalid("this text is not JSON") from None
    if not isinstance(found, dict):
        raise invalid("a message is a JSON object")
    return found


def clean(text: str) -> str:
    """Without what no database takes or no screen shows: lone surrogates and control characters."""
    whole = text.encode("utf-8", "replace").decode("utf-8")
    return "".join(character for character in whole if character.isprintable())


def string(fields: Fields, name: str, default: str | None = None) -> str:
    """A string; without a default it must be there."""
    value = fields.get(name, default)
    if not isinstance(value, str):
        raise invalid(f"{name} must be a string")
    return value


def uuid4(fields: Fields, name: str) -> UUID:
    """A random UUID, as text."""
    try:
        found = UUID(string(fields, name))
    except (ValueError, ProtocolError):
        found = None
    if found is None or found.version != 4:
        raise invalid(f"{name} must be a UUIDv4")
    return found


def whole(fields: Fields, name: str, default: int | None, minimum: int, maximum: int) -> int:
    """A whole number within both bounds; ``None`` is no default."""
    value = fields.get(name, default)
    if type(value) is not int or not minimum <= value <= maximum:
        raise invalid(f"{name} must be a whole number from {minimum} to {maximum}")
    return value


def fraction(fields: Fields, name: str, default: float) -> float:
    """A number, 0…1."""
    value = fields.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise invalid(f"{name} must be a number from 0 to 1")
    return float(value)


def boolean(fields: Fields, name: str, *, default: bool) -> bool:
    """``true`` or ``false``."""
    value = fields.get(name, default)
    if not isinstance(value, bool):
        raise invalid(f"{name} must be true or false")
    return value


def views(fields: Fields, name: str, default: Views) -> Views:
    """Which squares of the photo to look at."""
    value = fields.get(name, default)
    if isinstance(value, str) and value in set(Views):
        return Views(value)
    raise invalid(f"{name} must be one of {', '.join(Views)}")


def explanation(fields: Fields, name: str) -> tuple[bool, tuple[int, ...]]:
    """Whether to explain, and which classes: none of them for ``true``, the verdict and the best."""
    value = fields.get(name, False)
    if isinstance(value, bool):
        return value, ()
    if isinstance(value, list) and len(value) <= MAX_CLASSES and all(_is_class(index) for index in value):
        return True, tuple(value)
    raise invalid(f"{name} must be true, false or up to {MAX_CLASSES} class indices from 0 to {len(labels()) - 1}")


def invalid(detail: str) -> ProtocolError:
    """The refusal of a message, with what is wrong with it."""
    return ProtocolError("protocol.invalid", f"This message is not part of the protocol: {detail}.")


def _is_class(value: object) -> bool:
    return type(value) is int and 0 <= value < len(labels())
