"""Fixtures and helpers of the history tests."""

import time
from collections.abc import Callable

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


def wait_until(condition: Callable[[], object], timeout_s: float = 30) -> None:
    """Return when ``condition`` is true. Raises ``AssertionError`` after ``timeout_s``."""
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, f"not true within {timeout_s} s"
        time.sleep(0.01)
