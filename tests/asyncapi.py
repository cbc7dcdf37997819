"""Validate messages against ``docs/asyncapi.yaml``."""

from functools import cache
from typing import Any

import yaml
from jsonschema import Draft202012Validator

from tests.server_process import ROOT


@cache
def document() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "docs" / "asyncapi.yaml").read_text(encoding="utf-8"))
    return loaded


def check(message: dict[str, Any]) -> None:
    """Raise ``ValidationError`` unless the document has this message."""
    payload: dict[str, Any] = document()["components"]["messages"][message["type"]]["payload"]
    Draft202012Validator(payload | {"components": document()["components"]}).validate(message)
