"""What every test may use. In CI nothing is skipped: what a test needs must be there."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from tests.running import Running, running


@pytest.fixture(scope="session")
def photos() -> Path:
    """The real photos that the model's build brings along."""
    return Path(settings.PHOTOS_DIR)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One ROLE=all server for all tests that only talk to it."""
    with running(tmp_path_factory.mktemp("server")) as server:
        yield server


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """A skip is a failure in CI."""
    outcome = yield
    report = outcome.get_result()  # type: ignore[attr-defined]
    if report.skipped and os.environ.get("CI"):
        report.outcome = "failed"
        report.longrepr = f"skipped in CI: {report.longrepr}"
