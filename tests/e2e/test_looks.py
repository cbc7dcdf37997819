"""How it looks: every width, both schemes, nothing wider than the screen, little to transfer."""

import os
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import Browser, Page, Request, ViewportSize, expect

from tests.e2e.backend import Backend, result

WIDTHS = {320: 640, 768: 1024, 1440: 900}
VIEW_BYTES = 60_000


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("state", ["empty", "working", "answered", "refused"])
def test_nothing_is_wider_than_the_screen(page: Page, state: str, width: int, scheme: str, tmp_path: Path):
    replies = {
        "answered": result("unsure", score=0.5),
        "refused": {"type": "error", "code": "rate.limited", "message": ""},
    }
    Backend(reply=replies.get(state)).serve(page)
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light", reduced_motion="reduce")
    page.set_viewport_size(ViewportSize(width=width, height=WIDTHS[width]))
    page.goto("/")
    if state != "empty":
        page.get_by_role("button", name="Chelsea the cat").click()
    expect(page.locator(f"[data-state={state}]")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.screenshot(path=tmp_path / f"{state}-{width}-{scheme}.png", full_page=True)


def test_the_answer_comes_without_moving_the_photo(page: Page):
    backend = Backend().serve(page)
    page.set_viewport_size(ViewportSize(width=1440, height=900))
    page.goto("/")
    page.get_by_role("button", name="Chelsea the cat").click()
    expect(page.locator("[data-part=verdict]")).to_have_text("Looking…")
    before = page.locator("#frame").bounding_box()
    backend.reply = result()
    page.get_by_role("button", name="Chelsea the cat").click()
    expect(page.locator("[data-state=answered]")).to_be_visible()
    assert page.locator("#frame").bounding_box() == before


def test_a_chosen_theme_stays(home: Page):
    background = "getComputedStyle(document.documentElement).backgroundColor"
    light = home.evaluate(background)
    home.get_by_role("button", name="Colours: as your device").click()
    home.get_by_role("button", name="Colours: light").click()
    home.reload()
    expect(home.get_by_role("button", name="Colours: dark")).to_be_visible()
    assert home.evaluate(background) != light


def test_the_first_view_is_small(browser: Browser, base_url: str):
    page = browser.new_page(base_url=base_url)
    finished: list[Request] = []

    def note(request: Request) -> None:
        finished.append(request)

    page.on("requestfinished", note)
    page.goto("/", wait_until="networkidle")
    sizes = [request.sizes() for request in finished]
    page.close()
    assert len(sizes) > 10
    assert sum(size["responseBodySize"] + size["responseHeadersSize"] for size in sizes) <= VIEW_BYTES


def test_the_readmes_picture_can_be_drawn(home: Page, tmp_path: Path):
    """With SCREENSHOT=1 it takes the place of the one in docs."""
    home.set_viewport_size(ViewportSize(width=1440, height=900))
    home.emulate_media(color_scheme="light", reduced_motion="reduce")
    home.get_by_role("button", name="Chelsea the cat").click()
    expect(home.locator("[data-state=answered]")).to_be_visible()
    home.mouse.move(0, 0)
    folder = settings.BASE_DIR / "docs" if os.environ.get("SCREENSHOT") else tmp_path
    assert home.screenshot(path=folder / "screenshot.jpg", type="jpeg", quality=88)
