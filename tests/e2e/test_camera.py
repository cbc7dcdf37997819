"""The live camera, with Chromium's fake one that plays a film of a cat."""

import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser, BrowserType, Page, expect

from tests.e2e.backend import Backend
from tests.running import Running

VERDICT = "[data-part=verdict]"
HIDE = """() => {
    Object.defineProperty(document, "hidden", {get: () => true});
    document.dispatchEvent(new Event("visibilitychange"));
}"""
HALF_A_SECOND = """() => new Promise((resolve) => {
    const video = document.querySelector("video");
    const look = () => { video.currentTime > 0.5 ? resolve() : video.requestVideoFrameCallback(look); };
    look();
})"""


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory, photos: Path) -> Path:
    """The cat, as a film: pictures one behind another."""
    path = tmp_path_factory.mktemp("film") / "cat.mjpeg"
    with Image.open(photos / "chelsea.png") as cat, path.open("wb") as file:
        for _ in range(10):
            cat.convert("RGB").resize((640, 480)).save(file, "JPEG", quality=90)
    return path


@contextmanager
def launched(browser_type: BrowserType, usual: dict[str, Any], *flags: str) -> Iterator[Browser]:
    browser = browser_type.launch(**{**usual, "args": [*usual["args"], *flags]})
    yield browser
    browser.close()


@pytest.fixture(scope="module")
def filming(browser_type: BrowserType, browser_type_launch_args: dict[str, Any], film: Path) -> Iterator[Browser]:
    """A browser whose camera sees the film."""
    fakes = ["--use-fake-device-for-media-stream", f"--use-file-for-fake-video-capture={film}"]
    with launched(browser_type, browser_type_launch_args, *fakes) as browser:
        yield browser


@pytest.fixture
def visit(filming: Browser, base_url: str) -> Iterator[Callable[..., Page]]:
    """Opens the page, with the camera allowed or not."""
    contexts = []

    def open_page(*, allowed: bool = True, **options: Any) -> Page:
        context = filming.new_context(base_url=base_url, permissions=["camera"] if allowed else [], **options)
        contexts.append(context)
        return context.new_page()

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture
def live(visit: Callable[..., Page]) -> Page:
    """The page, looking at the cat."""
    page = visit()
    page.goto("/")
    page.get_by_role("button", name="Camera").click()
    expect(page.locator("#stage")).to_have_attribute("data-state", "live")
    return page


def test_the_camera_sees_a_cat(live: Page):
    expect(live.locator(VERDICT)).to_contain_text("cat")
    expect(live.locator("[data-part=timing]")).to_have_text(re.compile(r" ([1-9]\d*|\d\.[1-9]) frames per second "))
    expect(live.get_by_text("The answer is the average of the last few frames. No frame is kept.")).to_be_visible()


def test_nothing_of_it_is_recorded(live: Page, server: Running):
    expect(live.locator(VERDICT)).to_contain_text("cat")
    live.get_by_role("button", name="Stop camera").click()
    live.get_by_role("button", name="A cup of coffee").click()
    expect(live.locator(VERDICT)).to_contain_text("espresso")
    with closing(sqlite3.connect(server.data_dir / "db.sqlite3")) as database:
        while not (seen := database.execute("SELECT views FROM classifier_classification").fetchall()):
            live.wait_for_timeout(10)
    assert {views for (views,) in seen} == {"best"}


def test_a_screen_reader_hears_a_new_answer_and_not_every_frame(live: Page):
    expect(live.locator("[role=status]").filter(has_text=re.compile("^That is a cat"))).to_have_count(1)
    expect(live.locator(".announcement")).to_have_attribute("aria-live", "off")
    live.get_by_role("button", name="Stop camera").click()
    expect(live.locator(".announcement")).to_have_attribute("aria-live", "polite")


def test_it_stops_when_it_is_told_to(live: Page):
    expect(live.locator(VERDICT)).to_contain_text("cat")
    track = live.evaluate_handle("document.querySelector('video').srcObject.getVideoTracks()[0]")
    live.get_by_role("button", name="Stop camera").click()
    expect(live.locator("video")).to_have_count(0)
    expect(live.get_by_role("button", name="Camera")).to_be_focused()
    assert track.evaluate("track => track.readyState") == "ended"


def test_it_stops_when_the_page_is_hidden_and_says_so(live: Page):
    track = live.evaluate_handle("document.querySelector('video').srcObject.getVideoTracks()[0]")
    live.evaluate(HIDE)
    expect(live.locator("#hint")).to_have_text("The camera stopped because this page was hidden.")
    assert track.evaluate("track => track.readyState") == "ended"


def test_a_photo_takes_the_cameras_place(live: Page, photos: Path):
    expect(live.locator(VERDICT)).to_contain_text("cat")
    live.locator("#file").set_input_files(photos / "coffee.png")
    expect(live.locator(VERDICT)).to_contain_text("espresso")
    expect(live.locator("video")).to_have_count(0)


def test_the_camera_is_switched_and_picked(
    browser_type: BrowserType, browser_type_launch_args: dict[str, Any], base_url: str
):
    flag = "--use-fake-device-for-media-stream=device-count=2"
    with launched(browser_type, browser_type_launch_args, flag) as browser:
        page = browser.new_page(base_url=base_url, permissions=["camera"])
        page.goto("/")
        page.get_by_role("button", name="Camera").click()
        picker = page.get_by_label("Camera", exact=True)
        expect(picker).to_have_value(re.compile("."))
        first = picker.input_value()
        page.get_by_role("button", name="Switch camera").click()
        expect(picker).not_to_have_value(first)
        picker.select_option(first)
        expect(page.locator(VERDICT)).not_to_be_empty()
        expect(page.locator("video")).to_have_js_property("readyState", 4)  # HAVE_ENOUGH_DATA: it plays


@pytest.mark.parametrize(("facing", "mirrored"), [("user", "-1 1"), ("environment", "none")])
def test_it_is_a_mirror_only_in_front(visit: Callable[..., Page], facing: str, mirrored: str):
    page = visit()
    page.add_init_script(f"MediaStreamTrack.prototype.getSettings = () => ({{facingMode: '{facing}'}})")
    page.goto("/")
    page.get_by_role("button", name="Camera").click()
    expect(page.locator("video")).to_have_css("scale", mirrored)


def test_it_says_that_it_asks_for_the_camera(visit: Callable[..., Page]):
    page = visit()
    page.add_init_script("navigator.mediaDevices.getUserMedia = () => new Promise(() => {})")
    page.goto("/")
    page.get_by_role("button", name="Camera").click()
    expect(page.locator(VERDICT)).to_have_text("Requesting the camera…")
    page.locator(VERDICT).click(trial=True)  # nothing lies over it


def test_the_rear_camera_is_asked_for_first(visit: Callable[..., Page]):
    page = visit()
    page.add_init_script("""
        const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
        navigator.mediaDevices.getUserMedia = (asked) => { window.asked = asked; return real(asked); };
    """)
    page.goto("/")
    page.get_by_role("button", name="Camera").click()
    expect(page.locator("video")).to_be_visible()
    assert page.evaluate("window.asked") == {"video": {"facingMode": "environment"}, "audio": False}


def test_the_next_frame_goes_only_after_the_last_answer(visit: Callable[..., Page]):
    page = visit()
    backend = Backend().serve(page)
    page.goto("/")
    page.get_by_role("button", name="Camera").click()
    expect(page.locator("video")).to_be_visible()
    page.evaluate(HALF_A_SECOND)
    (job,) = backend.jobs
    assert (job["views"], job["keep"], job["name"]) == ("fast", False, "")


def test_a_camera_that_is_not_allowed_has_words_of_its_own(visit: Callable[..., Page]):
    page = visit(allowed=False)
    page.goto("/")
    page.get_by_role("button", name="Camera").click()
    expect(page.locator(VERDICT)).to_contain_text("This page may not use the camera.")
    expect(page.get_by_role("button", name="Try again")).to_be_visible()


def test_no_camera_has_words_of_its_own(page: Page):
    page.context.grant_permissions(["camera"])
    page.goto("/")
    page.get_by_role("button", name="Camera").click()
    expect(page.locator(VERDICT)).to_contain_text("No camera was found.")
