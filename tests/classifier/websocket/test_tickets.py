"""Tickets: signature, content and expiry."""

import time
from uuid import uuid4

import pytest
from django.core import signing

from classifier.errors import AuthError
from classifier.websocket import tickets

ORIGIN = "http://127.0.0.1:8000"


def error_code(text: str) -> str:
    with pytest.raises(AuthError) as caught:
        tickets.read(text)
    return caught.value.code


def test_a_ticket_carries_owner_origin_and_expiry():
    owner = uuid4()
    ticket = tickets.read(tickets.issue(owner, ORIGIN))
    assert (ticket.owner, ticket.origin) == (owner, ORIGIN)
    assert tickets.LIFETIME_S - 2 <= ticket.expires_in <= tickets.LIFETIME_S


def test_a_changed_ticket_is_invalid():
    text = tickets.issue(uuid4(), ORIGIN)
    assert error_code(text[:-1] + ("a" if text[-1] != "a" else "b")) == "auth.invalid"


def test_a_ticket_signed_with_another_key_is_invalid(settings):
    text = tickets.issue(uuid4(), ORIGIN)
    settings.SECRET_KEY = "another"
    assert error_code(text) == "auth.invalid"


def test_a_value_signed_for_another_purpose_is_no_ticket():
    assert error_code(signing.dumps({"owner": uuid4().hex, "origin": ORIGIN, "until": 2**40})) == "auth.invalid"


@pytest.mark.parametrize("content", [1, [], {}, {"owner": "x"}, {"owner": uuid4().hex, "origin": ORIGIN}])
def test_a_signed_value_of_another_shape_is_no_ticket(content):
    assert error_code(signing.dumps(content, salt=tickets.SALT)) == "auth.invalid"


def test_a_ticket_expires_after_its_lifetime(monkeypatch):
    text = tickets.issue(uuid4(), ORIGIN)
    later = time.time() + tickets.LIFETIME_S
    monkeypatch.setattr(time, "time", lambda: later)
    assert error_code(text) == "auth.expired"
