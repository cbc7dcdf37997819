"""Every state of the pages in both languages: no horizontal scrolling, no accessibility violation.

SCREENSHOTS=1 writes a picture of each state, size and colour scheme to test-results/states.
"""

import os
from pathlib import Path
from typing import Any, Literal

import pytest
from django.conf import settings
from playwright.sync_api import Page, ViewportSize

from tests.e2e.axe import ALL_RULES, COLOUR_RULES, find_violations
from tests.e2e.history_states import HISTORY_STATES
from tests.e2e.states import STATES

ALL_STATES = STATES | HISTORY_STATES
SIZES = ((320, 640), (390, 844), (844, 390), (768, 1024), (1440, 900))
#: Texts of elements to read or press that the screen cuts off.
FIND_CLIPPED_TEXTS = """() => {
    const elements = [...document.querySelectorAll("h1, h2, p, button, label, a, select, output")];
    return elements.filter((element) => {
        const { left, right, width } = element.getBoundingClientRect();
        return element.checkVisibility() && width > 1 && (left < 0 || right > innerWidth + 1);
    }).map((element) => element.textContent.trim());
}"""


@pytest.fixture(params=["en", "de"])
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def context_options(base_url: str, language: str) -> dict[str, Any]:
    return {"base_url": base_url, "locale": language, "reduced_motion": "reduce"}


@pytest.mark.parametrize("state", ALL_STATES)
def test_a_state_fits_all_screens_and_has_no_accessibility_violation(
    state: str, language: str, page: Page, fifty_photos: list[Path]
):
    page.set_viewport_size(ViewportSize(width=1440, height=900))
    ALL_STATES[state](page, fifty_photos[:8])
    page.emulate_media(color_scheme="light")
    for width, height in SIZES:
        page.set_viewport_size(ViewportSize(width=width, height=height))
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate(FIND_CLIPPED_TEXTS) == []
    assert find_violations(page, ALL_RULES) == []
    page.emulate_media(color_scheme="dark")
    assert find_violations(page, COLOUR_RULES) == []
    if os.environ.get("SCREENSHOTS"):
        for scheme in ("light", "dark"):
            take_screenshots(page, state, scheme, language)


def take_screenshots(page: Page, state: str, scheme: Literal["light", "dark"], language: str) -> None:
    page.emulate_media(color_scheme=scheme)
    for width, height in SIZES:
        page.set_viewport_size(ViewportSize(width=width, height=height))
        path = settings.BASE_DIR / "test-results" / "states" / f"{state}-{width}-{scheme}-{language}.png"
        page.screenshot(path=path, full_page=True)
