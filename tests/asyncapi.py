"""``docs/asyncapi.yaml`` as a validator of messages."""

from functools import cache
from typing import Any

import yaml
from jsonschema import Draft202012Validator

from tests.server_process import ROOT


@cache
def document() -> dict[str, Any]:
    """The whole document."""
    found: dict[str, Any] = yaml.safe_load((ROOT / "docs" / "asyncapi.yaml").read_text(encoding="utf-8"))
    return found


def names(operation: str) -> set[str]:
    """The messages of ``ask`` (to the server) or ``hear`` (from it)."""
    return {message["$ref"].rpartition("/")[2] for message in document()["operations"][operation]["messages"]}


def payload(name: str) -> dict[str, Any]:
    """The schema of one message."""
    found: dict[str, Any] = document()["components"]["messages"][name]["payload"]
    return found


def check(message: dict[str, Any]) -> None:
    """Raises ``ValidationError`` unless the document has just this message."""
    schema = payload(message["type"]) | {"components": document()["components"]}
    Draft202012Validator(schema).validate(message)
