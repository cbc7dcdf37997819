"""Every state of the page in both languages: nothing wider than the screen, nothing that axe-core finds.

With SCREENSHOTS=1 each look is a picture in test-results/.
"""

import os
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import Browser, Page, ViewportSize

from tests.e2e.histories import HISTORIES
from tests.e2e.states import STATES
from tests.e2e.test_access import complaints_of_axe

WIDTHS = {320: 640, 768: 1024, 1440: 900}
#: What can be read or pressed and sticks out of the screen.
STICKING_OUT = """() => [...document.querySelectorAll("h1, h2, p, button, label, a, select, output")].filter((part) => {
    const { left, right, width } = part.getBoundingClientRect();
    return part.checkVisibility() && width > 1 && (left < 0 || right > innerWidth + 1);
}).map((part) => part.textContent.trim())"""


@pytest.fixture(params=["en", "de"])
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def context(browser: Browser, language: str, base_url: str):
    """In place of Playwright's own, for the ``page`` of these tests."""
    context = browser.new_context(base_url=base_url, locale=language, reduced_motion="reduce")
    yield context
    context.close()


ALL = STATES | HISTORIES


@pytest.mark.parametrize("state", ALL)
def test_a_state(state: str, language: str, page: Page, fifty: Path):
    page.set_viewport_size(ViewportSize(width=1440, height=900))
    ALL[state](page, sorted(fifty.iterdir())[:8])
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        for width, height in WIDTHS.items():
            page.set_viewport_size(ViewportSize(width=width, height=height))
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            assert page.evaluate(STICKING_OUT) == []
            look(page, f"{state}-{width}-{scheme}-{language}")
        assert complaints_of_axe(page) == []


def look(page: Page, name: str) -> None:
    if os.environ.get("SCREENSHOTS"):
        folder = settings.BASE_DIR / "test-results" / "states"
        page.screenshot(path=folder / f"{name}.png", full_page=True)
