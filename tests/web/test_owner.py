"""The browser's key."""

from uuid import UUID

import pytest
from django.conf import settings as real_settings
from django.http import HttpResponse

from classifier.websocket import tickets
from project.roles import Environment
from tests.web.test_views import attribute
from web.owner import COOKIE, owner_of, remember


def owner_in(page) -> UUID:
    return tickets.read(attribute(page, "ticket")).owner


def test_a_browser_keeps_its_key_from_page_to_page(client):
    assert owner_in(client.get("/")) == owner_in(client.get("/"))


def test_two_browsers_have_two_keys(client):
    first = owner_in(client.get("/"))
    client.cookies.clear()
    assert owner_in(client.get("/")) != first


def test_the_cookie_is_for_the_server_alone_and_lasts_a_year(client):
    client.get("/")
    cookie = client.cookies[COOKIE]
    assert (cookie["httponly"], cookie["samesite"], cookie["max-age"]) == (True, "Lax", 365 * 24 * 3600)
    assert not cookie["secure"]


def test_in_production_the_cookie_goes_over_https_only(settings):
    settings.ENVIRONMENT = Environment.PRODUCTION
    response = HttpResponse()
    remember(response, UUID(int=4))
    assert response.cookies[COOKIE]["secure"]


@pytest.mark.parametrize("forged", ["", "nonsense", f"{UUID(int=4).hex}:1abc:forged", "x" * 5000])
def test_a_forged_key_is_replaced(rf, forged):
    request = rf.get("/")
    request.COOKIES[COOKIE] = forged
    assert owner_of(request).version == 4


def test_another_secret_key_makes_all_keys_new(client, settings):
    first = owner_in(client.get("/"))
    settings.SECRET_KEY = f"another {real_settings.SECRET_KEY}"
    assert owner_in(client.get("/")) != first
