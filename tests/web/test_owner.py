"""Owner key of a browser."""

from uuid import UUID

import pytest
from django.conf import settings as real_settings
from django.http import HttpResponse

from classifier.websocket import tickets
from project.roles import Environment
from tests.web.conftest import get_attribute
from web.owner import COOKIE, get_owner, set_owner_cookie


def read_ticket_owner(page) -> UUID:
    return tickets.read(get_attribute(page, "ticket")).owner


def test_a_browser_has_the_same_key_on_every_page(client):
    assert read_ticket_owner(client.get("/")) == read_ticket_owner(client.get("/"))


def test_two_browsers_have_different_keys(client):
    first = read_ticket_owner(client.get("/"))
    client.cookies.clear()
    assert read_ticket_owner(client.get("/")) != first


def test_scripts_cannot_read_the_cookie_and_it_expires_after_a_year(client):
    client.get("/")
    cookie = client.cookies[COOKIE]
    assert (cookie["httponly"], cookie["samesite"], cookie["max-age"]) == (True, "Lax", 365 * 24 * 3600)
    assert not cookie["secure"]


def test_production_sends_the_cookie_over_https_only(settings):
    settings.ENVIRONMENT = Environment.PRODUCTION
    response = HttpResponse()
    set_owner_cookie(response, UUID(int=4))
    assert response.cookies[COOKIE]["secure"]


@pytest.mark.parametrize("forged", ["", "nonsense", f"{UUID(int=4).hex}:1abc:forged", "x" * 5000])
def test_a_forged_key_is_replaced_by_a_random_one(rf, forged):
    request = rf.get("/")
    request.COOKIES[COOKIE] = forged
    assert get_owner(request).version == 4


def test_a_new_secret_key_invalidates_all_owner_keys(client, settings):
    first = read_ticket_owner(client.get("/"))
    settings.SECRET_KEY = f"another {real_settings.SECRET_KEY}"
    assert read_ticket_owner(client.get("/")) != first
