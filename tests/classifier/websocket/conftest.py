"""Fixtures for consumers in this process, with the real model."""

import pytest

from classifier.history import recorder
from classifier.history.recorder import NewRecord
from classifier.inference.worker_pool import get_pool
from classifier.websocket import tickets
from tests.classifier.records import OWNER

ORIGIN = "http://testserver"


@pytest.fixture
def in_process_ticket() -> str:
    return tickets.issue(OWNER, ORIGIN)


@pytest.fixture
def records(monkeypatch) -> list[NewRecord]:
    """Collect the records that consumers hand to the recorder, which stores none of them."""
    written: list[NewRecord] = []
    monkeypatch.setattr(recorder, "record", written.append)
    return written


@pytest.fixture
def single_worker(settings):
    """Replace the worker pool by one with a single thread, where a second job has to wait."""
    settings.WORKERS = 1
    get_pool.cache_clear()
    yield get_pool()
    get_pool().close()
    get_pool.cache_clear()
