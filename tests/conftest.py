"""Fixtures and hooks for all tests. In CI a skipped test fails: everything that a test needs must be installed."""

import io
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.test import override_settings
from PIL import Image

from tests.server_process import RunningServer, running_server

pytest_plugins = ["tests.stores"]

#: Fixtures that start a server process or a browser, and with it mark a test as ``process``.
PROCESS_FIXTURES = {
    *("server", "narrow", "busy", "backend", "frontend", "build", "stack", "stores"),
    *("postgres", "redis", "s3", "browser"),
}


@pytest.fixture(scope="session")
def photos() -> Path:
    """The folder of real photos that the model build downloads."""
    return Path(settings.PHOTOS_DIR)


@pytest.fixture(scope="session")
def chelsea(photos: Path) -> bytes:
    """A cat, 451×300 pixels, PNG."""
    return (photos / "chelsea.png").read_bytes()


@pytest.fixture(scope="session")
def large() -> bytes:
    """A photo of 20 megapixels as PNG, which takes long to decode."""
    out = io.BytesIO()
    Image.effect_mandelbrot((5000, 4000), (-2, -1.5, 1, 1.5), 20).save(out, "PNG")
    return out.getvalue()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A shared server with ROLE=all for tests that need no setting of their own."""
    with running_server(tmp_path_factory.mktemp("server")) as server:
        yield server


@pytest.fixture(scope="session", autouse=True)
def cheap_password_hashes() -> Iterator[None]:
    """Spare each login of a test the quarter of a second that the default hash takes on purpose."""
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield


@pytest.hookimpl(tryfirst=True)  # before pytest selects tests by their markers
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests whose fixtures start a process, so that ``make test-unit`` leaves them out."""
    for item in items:
        if PROCESS_FIXTURES.intersection(getattr(item, "fixturenames", ())):
            item.add_marker("process")


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Report a skip as a failure in CI."""
    outcome = yield
    report = outcome.get_result()  # type: ignore[attr-defined]
    if report.skipped and os.environ.get("CI"):
        report.outcome = "failed"
        report.longrepr = f"skipped in CI: {report.longrepr}"
