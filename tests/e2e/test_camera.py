"""Live camera, with Chromium's fake camera that plays a video of a cat."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser, BrowserType, Page, expect

from tests.e2e.backend import FakeBackend
from tests.e2e.conftest import choose_files, verdict_of

HIDE_PAGE = """() => {
    Object.defineProperty(document, "hidden", {get: () => true});
    document.dispatchEvent(new Event("visibilitychange"));
}"""
PLAY_HALF_A_SECOND = """() => new Promise((resolve) => {
    const video = document.querySelector("video");
    const check = () => { video.currentTime > 0.5 ? resolve() : video.requestVideoFrameCallback(check); };
    check();
})"""


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory, photos: Path) -> Path:
    """Motion JPEG of a cat: JPEG files in a row."""
    path = tmp_path_factory.mktemp("video") / "cat.mjpeg"
    with Image.open(photos / "chelsea.png") as cat, path.open("wb") as file:
        for _ in range(10):
            cat.convert("RGB").resize((640, 480)).save(file, "JPEG", quality=90)
    return path


@contextmanager
def launch(browser_type: BrowserType, launch_args: dict[str, Any], *flags: str) -> Iterator[Browser]:
    browser = browser_type.launch(**{**launch_args, "args": [*launch_args["args"], *flags]})
    try:
        yield browser
    finally:
        browser.close()


@pytest.fixture(scope="module")
def camera_browser(
    browser_type: BrowserType, browser_type_launch_args: dict[str, Any], video: Path
) -> Iterator[Browser]:
    """Browser whose camera plays the video."""
    flags = ["--use-fake-device-for-media-stream", f"--use-file-for-fake-video-capture={video}"]
    with launch(browser_type, browser_type_launch_args, *flags) as browser:
        yield browser


@pytest.fixture
def open_page(camera_browser: Browser, base_url: str) -> Iterator[Callable[..., Page]]:
    """Return a function that opens a browser page, with permission to use the camera or without."""
    contexts = []

    def open_new_page(*, is_allowed: bool = True) -> Page:
        context = camera_browser.new_context(base_url=base_url, permissions=["camera"] if is_allowed else [])
        contexts.append(context)
        return context.new_page()

    yield open_new_page
    for context in contexts:
        context.close()


@pytest.fixture
def live(open_page: Callable[..., Page]) -> Page:
    """Upload page with the running camera."""
    page = open_page()
    page.goto("/")
    page.get_by_role("button", name="Camera").click()
    expect(page.locator("#stage")).to_have_attribute("data-state", "live")
    return page


def test_the_camera_shows_a_continuous_answer_and_the_frame_rate(live: Page):
    expect(verdict_of(live)).to_contain_text("cat")
    expect(live.locator("[data-part=timing]")).to_have_text(re.compile(r" ([1-9]\d*|\d\.[1-9]) frames per second "))
    expect(live.get_by_text("The answer is the average of the last few frames. No frame is kept.")).to_be_visible()


def test_camera_frames_are_not_recorded(live: Page):
    expect(verdict_of(live)).to_contain_text("cat")
    live.get_by_role("button", name="Stop camera").click()
    live.get_by_role("button", name="A cup of coffee").click()
    expect(verdict_of(live)).to_contain_text("espresso")
    live.goto("/history")
    expect(live.locator(".record")).to_have_count(1)
    expect(live.locator(".record-detail")).to_contain_text("coffee.png")


def test_screen_readers_announce_new_answers_but_not_every_frame(live: Page):
    expect(live.locator("[role=status]").filter(has_text=re.compile("^That is a cat"))).to_have_count(1)
    expect(live.locator(".announcement")).to_have_attribute("aria-live", "off")
    live.get_by_role("button", name="Stop camera").click()
    expect(live.locator(".announcement")).to_have_attribute("aria-live", "polite")


def test_the_stop_button_stops_the_camera(live: Page):
    expect(verdict_of(live)).to_contain_text("cat")
    track = live.evaluate_handle("document.querySelector('video').srcObject.getVideoTracks()[0]")
    live.get_by_role("button", name="Stop camera").click()
    expect(live.locator("video")).to_have_count(0)
    expect(live.get_by_role("button", name="Camera")).to_be_focused()
    assert track.evaluate("track => track.readyState") == "ended"


def test_the_camera_stops_when_the_page_is_hidden(live: Page):
    track = live.evaluate_handle("document.querySelector('video').srcObject.getVideoTracks()[0]")
    live.evaluate(HIDE_PAGE)
    expect(live.locator("#hint")).to_have_text("The camera stopped because this page was hidden.")
    assert track.evaluate("track => track.readyState") == "ended"


def test_choosing_a_photo_stops_the_camera(live: Page, photos: Path):
    expect(verdict_of(live)).to_contain_text("cat")
    choose_files(live, photos / "coffee.png")
    expect(verdict_of(live)).to_contain_text("espresso")
    expect(live.locator("video")).to_have_count(0)


def test_another_camera_can_be_selected(
    browser_type: BrowserType, browser_type_launch_args: dict[str, Any], base_url: str
):
    flag = "--use-fake-device-for-media-stream=device-count=2"
    with launch(browser_type, browser_type_launch_args, flag) as browser:
        page = browser.new_page(base_url=base_url, permissions=["camera"])
        page.goto("/")
        page.get_by_role("button", name="Camera").click()
        picker = page.get_by_label("Camera", exact=True)
        expect(picker).to_have_value(re.compile("."))
        first = picker.input_value()
        page.get_by_role("button", name="Switch camera").click()
        expect(picker).not_to_have_value(first)
        picker.select_option(first)
        expect(verdict_of(page)).not_to_be_empty()
        expect(page.locator("video")).to_have_js_property("readyState", 4)  # HAVE_ENOUGH_DATA


@pytest.mark.parametrize(("facing", "mirrored"), [("user", "-1 1"), ("environment", "none")])
def test_only_the_front_camera_is_mirrored(open_page: Callable[..., Page], facing: str, mirrored: str):
    page = open_page()
    page.add_init_script(f"MediaStreamTrack.prototype.getSettings = () => ({{facingMode: '{facing}'}})")
    page.goto("/")
    page.get_by_role("button", name="Camera").click()
    expect(page.locator("video")).to_have_css("scale", mirrored)


def test_the_page_tells_that_it_requests_the_camera(open_page: Callable[..., Page]):
    page = open_page()
    page.add_init_script("navigator.mediaDevices.getUserMedia = () => new Promise(() => {})")
    page.goto("/")
    page.get_by_role("button", name="Camera").click()
    expect(verdict_of(page)).to_have_text("Requesting the camera…")
    verdict_of(page).click(trial=True)  # no element covers it


def test_the_page_requests_the_rear_camera_first(open_page: Callable[..., Page]):
    page = open_page()
    page.add_init_script("""
        const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
        navigator.mediaDevices.getUserMedia = (constraints) => {
            window.constraints = constraints;
            return real(constraints);
        };
    """)
    page.goto("/")
    page.get_by_role("button", name="Camera").click()
    expect(page.locator("video")).to_be_visible()
    assert page.evaluate("window.constraints") == {"video": {"facingMode": "environment"}, "audio": False}


def test_the_page_sends_a_frame_only_after_the_answer_to_the_last_one(open_page: Callable[..., Page]):
    page = open_page()
    backend = FakeBackend().serve(page)
    page.goto("/")
    page.get_by_role("button", name="Camera").click()
    expect(page.locator("video")).to_be_visible()
    page.evaluate(PLAY_HALF_A_SECOND)
    (job,) = backend.jobs
    assert (job["views"], job["keep"], job["name"]) == ("fast", False, "")


def test_a_denied_camera_has_its_own_message(open_page: Callable[..., Page]):
    page = open_page(is_allowed=False)
    page.goto("/")
    page.get_by_role("button", name="Camera").click()
    expect(verdict_of(page)).to_contain_text("This page may not use the camera.")
    expect(page.get_by_role("button", name="Try again")).to_be_visible()


def test_a_missing_camera_has_its_own_message(page: Page):
    page.context.grant_permissions(["camera"])
    page.goto("/")
    page.get_by_role("button", name="Camera").click()
    expect(verdict_of(page)).to_contain_text("No camera was found.")
