"""A real browser on a real server with the real model and the static files as they are now."""

import base64
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from PIL import Image
from playwright.sync_api import BrowserType, ConsoleMessage, Page

from tests.server_process import RunningServer, make_build_dir, running_server

BROWSERS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)


@pytest.hookimpl(trylast=True)  # after pytest itself has moved tests to share their fixtures
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests come last: Playwright's event loop stays, and asyncio and Django's ORM refuse to run beside it.

    The longest file of them comes first, or one of several workers would still be at it when the others have ended.
    """
    here = Path(__file__).parent
    items.sort(key=lambda item: (here in item.path.parents, item.path.name != "test_states.py"))


@pytest.fixture(scope="session")
def build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The model of this machine's build, and static files collected just now."""
    return make_build_dir(tmp_path_factory.mktemp("build"))


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory, build: Path) -> Iterator[RunningServer]:
    """ROLE=all."""
    with running_server(tmp_path_factory.mktemp("data"), BUILD_DIR=str(build)) as server:
        yield server


@pytest.fixture(scope="session")
def base_url(server: RunningServer) -> str:
    return server.url


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any], browser_type: BrowserType) -> dict[str, Any]:
    """The system's Chromium or Chrome where there is one, else Playwright's."""
    flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    found = next(filter(None, map(shutil.which, BROWSERS)), browser_type.executable_path)
    if not Path(found).exists():
        pytest.skip("neither Chromium nor Chrome is installed")
    return {**browser_type_launch_args, "args": flags, "executable_path": found}


@pytest.fixture(autouse=True)
def complaints(page: Page) -> Iterator[list[str]]:
    """No test may leave an error in the console: refused scripts, styles and connections end up there."""
    heard: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            heard.append(message.text)

    page.on("console", note)
    page.on("pageerror", lambda error: heard.append(str(error)))
    yield heard
    assert not heard


@pytest.fixture(scope="session")
def fifty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with fifty photos, no two the same: cats, coffees and rockets."""
    folder = tmp_path_factory.mktemp("fifty")
    for number in range(50):
        name = ("chelsea.png", "coffee.png", "rocket.jpg")[number % 3]
        with Image.open(settings.PHOTOS_DIR / name) as photo:
            photo.convert("RGB").crop((0, 0, photo.width - number, photo.height)).save(
                folder / f"{number:02}-{Path(name).stem}.jpg"
            )
    return folder


@pytest.fixture
def home(page: Page) -> Page:
    """The page, with its line ready."""
    # Playwright does not wait until it intercepts file choosers: asked for here, it does so long before one opens.
    page.on("filechooser", lambda _: None)
    page.goto("/")
    page.locator("[data-connection=ready]").wait_for()
    return page


def transfer(page: Page, path: Path, kind: str) -> Any:
    """A DataTransfer with one file in it, as the browser makes it for a drop or a paste."""
    script = """([data, name, type]) => {
        const bytes = Uint8Array.from(atob(data), (char) => char.charCodeAt(0));
        const transfer = new DataTransfer();
        transfer.items.add(new File([bytes], name, {type}));
        return transfer;
    }"""
    return page.evaluate_handle(script, [base64.b64encode(path.read_bytes()).decode(), path.name, kind])


def drop(page: Page, *paths: Path) -> None:
    """What a hand does: files and folders let go over the page."""
    session = page.context.new_cdp_session(page)
    data = {"items": [], "files": [str(path) for path in paths], "dragOperationsMask": 1}
    for kind in ("dragEnter", "dragOver", "drop"):
        session.send("Input.dispatchDragEvent", {"type": kind, "x": 200, "y": 200, "data": data})
    session.detach()
