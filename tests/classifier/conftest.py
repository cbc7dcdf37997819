"""Fixtures for the classifier tests: tickets, a server with one worker, the model and its engines."""

import pytest
from django.conf import settings

from classifier.inference.engine import Engine
from classifier.inference.model import Model, load_model
from classifier.websocket import tickets
from tests.classifier.records import OWNER
from tests.server_process import running_server


@pytest.fixture
def ticket(server) -> str:
    return tickets.issue(OWNER, server.url)


@pytest.fixture(scope="session")
def single_worker_server(tmp_path_factory):
    """Start a backend with one worker, where a second job has to wait."""
    with running_server(tmp_path_factory.mktemp("single_worker"), ROLE="backend", WORKERS="1") as server:
        yield server


@pytest.fixture(scope="session")
def litert_model() -> Model:
    """Return the built float32 model."""
    return load_model(settings.MODEL_DIR, "litert")


@pytest.fixture(scope="session")
def litert_engine(litert_model) -> Engine:
    return litert_model.make_engine()


@pytest.fixture(scope="session")
def int8_engine() -> Engine:
    return load_model(settings.MODEL_DIR, "litert", "int8").make_engine()


@pytest.fixture(scope="session")
def keras_engine() -> Engine:
    """Return the reference engine. It starts TensorFlow: mark tests that use it with ``process``."""
    return load_model(settings.MODEL_DIR, "tensorflow").make_engine()
