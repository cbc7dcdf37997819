"""Fixtures and helpers for the tests of the pages."""

import re
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from classifier.models import Classification
from tests.classifier.answers import insert, new_record, store_photo
from web import owner

MakeRecord = Callable[..., Classification]


@pytest.fixture
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def get_attribute(response: Any, name: str) -> str:
    """Return the ``data-`` attribute of a page."""
    match = re.search(rf'data-{name}="([^"]*)"', response.content.decode())
    assert match, name
    return match[1]


def get_owner_key(browser: Client) -> UUID:
    """Open the upload page and return the owner key that it sets."""
    browser.get("/")
    key = owner.read_owner({owner.COOKIE: browser.cookies[owner.COOKIE].value})
    assert key
    return key


def create_record(browser: Client, **fields: Any) -> Classification:
    """Store a record of this browser's owner, and its photo if ``fields`` have one."""
    record = new_record(owner=get_owner_key(browser), **fields)
    insert(record)
    store_photo(record)
    return Classification.objects.get(id=record.id)


@pytest.fixture
def make_record(client, media, transactional_db) -> MakeRecord:
    """Return a function that stores a record of ``client``."""
    return lambda **fields: create_record(client, **fields)
