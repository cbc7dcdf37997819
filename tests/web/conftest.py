"""What the tests of the history pages share."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from classifier.models import Classification
from tests.classifier.answers import insert, new_record, store_photo
from web import owner

Asked = Callable[..., Classification]


@pytest.fixture
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def key_of(browser: Client) -> UUID:
    """The owner key of a browser that has seen the page."""
    browser.get("/")
    found = owner.known({owner.COOKIE: browser.cookies[owner.COOKIE].value})
    assert found
    return found


def ask(browser: Client, **facts: Any) -> Classification:
    """A record of what this browser asked, its photo with it if there is consent."""
    one = new_record(owner=key_of(browser), **facts)
    insert(one)
    store_photo(one)
    return Classification.objects.get(id=one.id)


@pytest.fixture
def asked(client, media, transactional_db) -> Asked:
    """Makes a record of ``client``'s."""
    return lambda **facts: ask(client, **facts)
