"""What the tests of the socket share."""

import pytest

from classifier.websocket import tickets
from tests.classifier.records import OWNER
from tests.server_process import running_server


@pytest.fixture
def ticket(server) -> str:
    return tickets.issue(OWNER, server.url)


@pytest.fixture(scope="session")
def narrow(tmp_path_factory):
    """A backend with one worker, where a second job has to wait."""
    with running_server(tmp_path_factory.mktemp("narrow"), ROLE="backend", WORKERS="1") as server:
        yield server
