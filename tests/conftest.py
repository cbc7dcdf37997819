"""Fixtures and hooks for all tests."""

import io
import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.test import override_settings
from PIL import Image

from tests.server_process import RunningServer, running_server

pytest_plugins = ["tests.stores"]

#: Fixtures that start a server process, a browser or TensorFlow. Their tests get the marker ``process``.
PROCESS_FIXTURES = {
    *(
        "server",
        "single_worker_server",
        "one_worker",
        "small_server",
        "backend",
        "frontend",
        "build",
        "stack",
        "stores",
    ),
    *("stores", "postgres", "redis", "s3", "browser", "keras_engine"),
}


@pytest.fixture(scope="session")
def django_db_modify_db_settings(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Put the test database into a file, as in production.

    Django never closes the connections of an in-memory SQLite database. Each thread would leave one open.
    """
    path = tmp_path_factory.mktemp("database") / "test.sqlite3"
    settings.DATABASES["default"].setdefault("TEST", {})["NAME"] = str(path)  # type: ignore[index]


@pytest.fixture(scope="session")
def photos() -> Path:
    """Return the folder of the example photos, which the model's build extracts."""
    return Path(settings.PHOTOS_DIR)


@pytest.fixture(scope="session")
def chelsea(photos: Path) -> bytes:
    """Return the PNG of a cat, 451×300 pixels."""
    return (photos / "chelsea.png").read_bytes()


@pytest.fixture(scope="session")
def large() -> bytes:
    """Return a PNG of 20 megapixels, which takes long to decode."""
    out = io.BytesIO()
    Image.effect_mandelbrot((5000, 4000), (-2, -1.5, 1, 1.5), 20).save(out, "PNG")
    return out.getvalue()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """Run one ROLE=all server for the tests that only send requests to it."""
    with running_server(tmp_path_factory.mktemp("server")) as server:
        yield server


@pytest.fixture(scope="session", autouse=True)
def cheap_password_hashes() -> Iterator[None]:
    """Use a fast password hash. The default one takes 0.25 s for each login of a test."""
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
    """Turn skipped tests into failures in CI, where every test must run."""
    outcome = yield
    report = outcome.get_result()  # type: ignore[attr-defined]
    if report.skipped and os.environ.get("CI"):
        report.outcome = "failed"
        report.longrepr = f"skipped in CI: {report.longrepr}"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """List the reasons of skipped tests, each with its number of tests."""
    reports = terminalreporter.stats.get("skipped", [])
    counts = Counter(str(report.longrepr[2]).removeprefix("Skipped: ") for report in reports)
    if counts:
        terminalreporter.section("skipped tests by reason")
    for reason, count in counts.most_common():
        terminalreporter.write_line(f"{count:5}  {reason}")
