"""What every test may use. In CI nothing is skipped: what a test needs must be there."""

import io
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from PIL import Image

from tests.server_process import RunningServer, running_server

pytest_plugins = ["tests.stores"]


@pytest.fixture(scope="session")
def photos() -> Path:
    """The real photos that the model's build brings along."""
    return Path(settings.PHOTOS_DIR)


@pytest.fixture(scope="session")
def chelsea(photos: Path) -> bytes:
    """A cat, 451×300 pixels of PNG."""
    return (photos / "chelsea.png").read_bytes()


@pytest.fixture(scope="session")
def large() -> bytes:
    """A picture that takes a while: 20 megapixels of PNG."""
    out = io.BytesIO()
    Image.effect_mandelbrot((5000, 4000), (-2, -1.5, 1, 1.5), 20).save(out, "PNG")
    return out.getvalue()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """One ROLE=all server for all tests that only talk to it."""
    with running_server(tmp_path_factory.mktemp("server")) as server:
        yield server


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """A skip is a failure in CI."""
    outcome = yield
    report = outcome.get_result()  # type: ignore[attr-defined]
    if report.skipped and os.environ.get("CI"):
        report.outcome = "failed"
        report.longrepr = f"skipped in CI: {report.longrepr}"
