"""Nobody is shut out: axe-core finds nothing. The states of the upload page are in test_states.py."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

#: WCAG 2.2 level AA and axe's own best practices.
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def complaints_of_axe(page: Page) -> list[str]:
    found = Axe().run(page, options={"runOnly": RULES}).response["violations"]
    return [f"{one['id']}: {one['help']} {[node['html'] for node in one['nodes']]}" for one in found]


@pytest.fixture(params=["light", "dark"])
def scheme(request, page: Page) -> str:
    page.emulate_media(color_scheme=request.param, reduced_motion="reduce")
    return str(request.param)


def test_an_answer_and_why(scheme: str, home: Page):
    home.get_by_role("button", name="Chelsea the cat").click()
    expect(home.locator("[data-state=answered]")).to_be_visible()
    assert complaints_of_axe(home) == []
    home.get_by_role("button", name="Why?").click()
    assert complaints_of_axe(home) == []


def test_the_model_card(scheme: str, page: Page):
    page.goto("/model")
    assert complaints_of_axe(page) == []
