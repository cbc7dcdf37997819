"""Layout stability, theme and transfer size. test_states.py checks the layout of each state."""

import os
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import Browser, Page, Request, ViewportSize, expect

from tests.e2e.backend import FakeBackend, make_result
from tests.e2e.conftest import choose_files, verdict_of

MAX_PAGE_BYTES = 60_000


def test_the_answer_does_not_move_the_photo(page: Page):
    backend = FakeBackend().serve(page)
    page.set_viewport_size(ViewportSize(width=1440, height=900))
    page.goto("/")
    page.get_by_role("button", name="Chelsea the cat").click()
    expect(verdict_of(page)).to_have_text("Looking…")
    before = page.locator("#frame").bounding_box()
    backend.reply = make_result()
    page.get_by_role("button", name="Chelsea the cat").click()
    expect(page.locator("[data-state=answered]")).to_be_visible()
    assert page.locator("#frame").bounding_box() == before


@pytest.mark.parametrize(("width", "height"), [(320, 640), (390, 844), (844, 390)])
def test_the_answer_is_on_the_screen_of_a_phone_when_it_arrives(page: Page, photos: Path, width: int, height: int):
    FakeBackend(reply=make_result()).serve(page)
    page.set_viewport_size(ViewportSize(width=width, height=height))
    page.goto("/")
    choose_files(page, photos / "chelsea.png")
    expect(page.locator("[data-state=answered]")).to_be_visible()
    expect(verdict_of(page)).to_be_in_viewport(ratio=1)


@pytest.mark.parametrize(("width", "height"), [(320, 640), (390, 844), (844, 390)])
def test_the_answer_to_an_example_is_on_the_screen_of_a_phone(page: Page, width: int, height: int):
    FakeBackend(reply=make_result()).serve(page)
    page.set_viewport_size(ViewportSize(width=width, height=height))
    page.goto("/")
    page.get_by_role("button", name="Chelsea the cat").click()
    expect(page.locator("[data-state=answered]")).to_be_visible()
    expect(verdict_of(page)).to_be_in_viewport(ratio=1)


def test_a_chosen_theme_survives_a_reload(home: Page):
    background = "getComputedStyle(document.documentElement).backgroundColor"
    light = home.evaluate(background)
    home.get_by_role("button", name="Colours: same as device").click()
    home.get_by_role("button", name="Colours: light").click()
    home.reload()
    expect(home.get_by_role("button", name="Colours: dark")).to_be_visible()
    assert home.evaluate(background) != light


@pytest.mark.parametrize("language", ["en", "de"])
def test_the_first_page_view_transfers_at_most_60_kb(browser: Browser, base_url: str, language: str):
    page = browser.new_page(base_url=base_url, locale=language)
    finished: list[Request] = []

    def note(request: Request) -> None:
        finished.append(request)

    page.on("requestfinished", note)
    page.goto("/", wait_until="networkidle")
    sizes = [request.sizes() for request in finished]
    page.close()
    assert len(sizes) > 10
    assert sum(size["responseBodySize"] + size["responseHeadersSize"] for size in sizes) <= MAX_PAGE_BYTES


def test_the_screenshot_of_the_readme_can_be_taken(home: Page, tmp_path: Path):
    """With SCREENSHOT=1 it replaces docs/screenshot.jpg."""
    home.set_viewport_size(ViewportSize(width=1440, height=900))
    home.emulate_media(color_scheme="light", reduced_motion="reduce")
    home.get_by_role("button", name="Chelsea the cat").click()
    expect(home.locator("[data-state=answered]")).to_be_visible()
    home.mouse.move(0, 0)
    folder = settings.BASE_DIR / "docs" if os.environ.get("SCREENSHOT") else tmp_path
    assert home.screenshot(path=folder / "screenshot.jpg", type="jpeg", quality=88)
