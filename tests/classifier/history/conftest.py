"""Fixtures of the history tests."""

import pytest
from django.db.backends.signals import connection_created


@pytest.fixture
def opened_connections():
    """Collect the database connections that any thread opens during the test."""
    opened = []

    def collect(connection, **_):
        opened.append(connection)

    connection_created.connect(collect)
    yield opened
    connection_created.disconnect(collect)
