"""Tickets hold for ten minutes, and only whole ones."""

import time
from uuid import uuid4

import pytest
from django.core import signing

from classifier.errors import AuthError
from classifier.websocket import tickets

ORIGIN = "http://127.0.0.1:8000"


def refusal(text: str) -> str:
    with pytest.raises(AuthError) as fault:
        tickets.read(text)
    return fault.value.code


def test_a_ticket_says_who_and_from_where():
    owner = uuid4()
    ticket = tickets.read(tickets.issue(owner, ORIGIN))
    assert (ticket.owner, ticket.origin) == (owner, ORIGIN)
    assert tickets.LIFETIME_S - 2 <= ticket.expires_in <= tickets.LIFETIME_S


def test_a_changed_ticket_is_not_valid():
    text = tickets.issue(uuid4(), ORIGIN)
    assert refusal(text[:-1] + ("a" if text[-1] != "a" else "b")) == "auth.invalid"


def test_a_ticket_of_another_key_is_not_valid(settings):
    text = tickets.issue(uuid4(), ORIGIN)
    settings.SECRET_KEY = "another"
    assert refusal(text) == "auth.invalid"


def test_another_signed_thing_of_ours_is_no_ticket():
    assert refusal(signing.dumps({"owner": uuid4().hex, "origin": ORIGIN, "until": 2**40})) == "auth.invalid"


@pytest.mark.parametrize("content", [1, [], {}, {"owner": "x"}, {"owner": uuid4().hex, "origin": ORIGIN}])
def test_a_signed_thing_of_the_wrong_shape_is_no_ticket(content):
    assert refusal(signing.dumps(content, salt=tickets.SALT)) == "auth.invalid"


def test_a_ticket_expires(monkeypatch):
    text = tickets.issue(uuid4(), ORIGIN)
    later = time.time() + tickets.LIFETIME_S
    monkeypatch.setattr(time, "time", lambda: later)
    assert refusal(text) == "auth.expired"
