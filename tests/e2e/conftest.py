"""Fixtures: a real browser, and a real server with the real model and freshly collected static files."""

import base64
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from PIL import Image
from playwright.sync_api import Browser, BrowserType, ConsoleMessage, Locator, Page

from tests.server_process import RunningServer, running_server
from tests.shared_build import get_build_dir

BROWSERS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)


@pytest.hookimpl(trylast=True)  # after pytest itself has moved tests to share their fixtures
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark browser tests as ``process`` and run them last.

    Playwright leaves its event loop running, and neither other event loops nor Django's ORM work beside it. The
    longest file runs first among them, or one of several workers would still run it when the others have finished.
    """
    folder = Path(__file__).parent
    for item in items:
        if folder in item.path.parents:
            item.add_marker(pytest.mark.process)
    items.sort(key=lambda item: (folder in item.path.parents, item.path.name != "test_states.py"))


@pytest.fixture(scope="session")
def build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return get_build_dir(tmp_path_factory)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory, build: Path) -> Iterator[RunningServer]:
    """The ROLE=all server that all browser tests share."""
    with running_server(tmp_path_factory.mktemp("data"), BUILD_DIR=str(build)) as server:
        yield server


@pytest.fixture(scope="session")
def base_url(server: RunningServer) -> str:
    return server.url


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any], browser_type: BrowserType) -> dict[str, Any]:
    """Use the Chromium or Chrome of the system if there is one, otherwise that of Playwright."""
    flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    executable = next(filter(None, map(shutil.which, BROWSERS)), browser_type.executable_path)
    if not Path(executable).exists():
        pytest.skip("neither Chromium nor Chrome is installed")
    return {**browser_type_launch_args, "args": flags, "executable_path": executable}


class SharedContexts:
    """Browser contexts by their options, each with one page that opens the pages of the tests.

    Pages of one opener share a process and its caches: a page load takes 0.4 instead of 1.1 s of CPU time.
    """

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._openers: dict[str, Page] = {}

    @contextmanager
    def use(self, **options: Any) -> Iterator[Page]:
        """Yield the opener of the context with these options; then close the other pages and reset the context."""
        key = repr(sorted(options.items()))
        if key not in self._openers:
            self._openers[key] = self._browser.new_context(**options).new_page()
            self._openers[key].goto("/healthz")
        opener = self._openers[key]
        yield opener
        for page in opener.context.pages:
            if page != opener:
                page.close()
        opener.evaluate("localStorage.clear()")
        opener.context.clear_cookies()
        opener.context.clear_permissions()
        opener.context.set_offline(False)


@pytest.fixture(scope="session")
def shared_contexts(browser: Browser) -> SharedContexts:
    return SharedContexts(browser)


@pytest.fixture
def context_options(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    return browser_context_args


@pytest.fixture
def page(shared_contexts: SharedContexts, context_options: dict[str, Any]) -> Iterator[Page]:
    """Replace the page of pytest-playwright."""
    with shared_contexts.use(**context_options) as opener:
        with opener.expect_popup() as popup:
            opener.evaluate("void window.open('about:blank')")
        yield popup.value


@pytest.fixture(autouse=True)
def console_errors(page: Page) -> Iterator[list[str]]:
    """Fail a test that leaves an error in the console, for example a blocked script, style or connection."""
    errors: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            errors.append(message.text)

    page.on("console", note)
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield errors
    assert not errors


@pytest.fixture(scope="session")
def fifty_photos(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Fifty different photos of cats, cups of coffee and rockets, sorted by name, alone in their folder."""
    folder = tmp_path_factory.mktemp("fifty")
    paths = []
    for number in range(50):
        name = ("chelsea.png", "coffee.png", "rocket.jpg")[number % 3]
        paths.append(folder / f"{number:02}-{Path(name).stem}.jpg")
        with Image.open(settings.PHOTOS_DIR / name) as photo:
            photo.convert("RGB").crop((0, 0, photo.width - number, photo.height)).save(paths[-1])
    return paths


@pytest.fixture
def home(page: Page) -> Page:
    """The upload page with an open connection."""
    # Playwright intercepts file choosers some time after the first listener is added: add one early.
    page.on("filechooser", lambda _: None)
    page.goto("/")
    page.locator("[data-connection=ready]").wait_for()
    return page


def verdict_of(page: Page) -> Locator:
    return page.locator("[data-part=verdict]")


def choose_files(page: Page, *paths: Path) -> None:
    page.locator("#file").set_input_files(paths)


def make_data_transfer(page: Page, path: Path, media_type: str) -> Any:
    """Return a DataTransfer with one file, as browsers create it for a drop or a paste."""
    script = """([data, name, type]) => {
        const bytes = Uint8Array.from(atob(data), (char) => char.charCodeAt(0));
        const transfer = new DataTransfer();
        transfer.items.add(new File([bytes], name, {type}));
        return transfer;
    }"""
    return page.evaluate_handle(script, [base64.b64encode(path.read_bytes()).decode(), path.name, media_type])


def drop_files(page: Page, *paths: Path) -> None:
    """Drop files and folders on the page as a mouse does. Synthetic events cannot carry folders."""
    session = page.context.new_cdp_session(page)
    data = {"items": [], "files": [str(path) for path in paths], "dragOperationsMask": 1}
    for kind in ("dragEnter", "dragOver", "drop"):
        session.send("Input.dispatchDragEvent", {"type": kind, "x": 200, "y": 200, "data": data})
    session.detach()
