"""The AsyncAPI document, ``protocol.py`` and what the server says are one."""

from dataclasses import fields

import pytest
from jsonschema import ValidationError

from classifier.errors import SENTENCES
from classifier.websocket import messages, reading
from classifier.websocket.messages import Classify
from tests import asyncapi


def test_the_server_takes_the_messages_that_the_document_has():
    assert set(messages.READERS) == asyncapi.names("ask") - {"picture"}


def test_classify_has_the_documents_fields():
    ours = {field.name for field in fields(Classify)} - {"classes"}  # explain's list
    assert set(asyncapi.payload("classify")["properties"]) == ours | {"type"}


def test_the_document_has_every_code():
    assert set(asyncapi.payload("error")["properties"]["code"]["enum"]) == set(SENTENCES)


def test_the_bounds_are_the_documents():
    properties = asyncapi.payload("classify")["properties"]
    assert properties["top"]["maximum"] == messages.MAX_TOP
    assert properties["explain"]["oneOf"][1]["maxItems"] == reading.MAX_CLASSES


@pytest.mark.parametrize("message", [{"type": "pong", "since": 1}, {"type": "queued", "id": "x"}, {"type": "error"}])
def test_a_message_that_the_document_does_not_have_is_refused(message):
    with pytest.raises(ValidationError):
        asyncapi.check(message)
