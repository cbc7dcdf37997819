"""The AsyncAPI document is generated from the message types and describes what the server accepts."""

import json
from uuid import uuid4

import pytest
from django.conf import settings
from django.core.management import call_command
from jsonschema import ValidationError

from classifier.errors import ProtocolError
from classifier.websocket import messages
from tests import asyncapi

CLASSIFY = {"type": "classify", "id": str(uuid4()), "size": 10}


def test_the_document_is_up_to_date(tmp_path):
    generated = tmp_path / "asyncapi.yaml"
    call_command("build_asyncapi", file=generated)
    committed = settings.BASE_DIR / "docs" / "asyncapi.yaml"
    assert generated.read_text(encoding="utf-8") == committed.read_text(encoding="utf-8")


@pytest.mark.parametrize("message", [{"type": "pong", "since": 1}, {"type": "queued", "id": "x"}, {"type": "error"}])
def test_a_server_message_that_the_document_does_not_describe_is_invalid(message):
    with pytest.raises(ValidationError):
        asyncapi.check(message)


@pytest.mark.parametrize(
    "message",
    [
        {"type": "ping"},
        {"type": "authenticate", "ticket": "t"},
        {"type": "cancel", "id": str(uuid4())},
        CLASSIFY,
        CLASSIFY | {"views": "fast", "top": 10, "threshold": 1, "explain": [999], "keep": True, "name": "cat.jpg"},
    ],
)
def test_document_and_server_accept_the_same_messages(message):
    asyncapi.check(message)
    messages.decode(json.dumps(message))


@pytest.mark.parametrize(
    "fields", [{"size": -1}, {"views": "good"}, {"top": 11}, {"threshold": 2}, {"explain": [1000]}, {"keep": "yes"}]
)
def test_document_and_server_reject_the_same_messages(fields):
    with pytest.raises(ValidationError):
        asyncapi.check(CLASSIFY | fields)
    with pytest.raises(ProtocolError):
        messages.decode(json.dumps(CLASSIFY | fields))
