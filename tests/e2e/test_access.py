"""Nobody is shut out: axe-core finds nothing, in any state, light and dark."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.e2e.backend import Backend, result

#: WCAG 2.2 level AA and axe's own best practices.
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def complaints_of_axe(page: Page) -> list[str]:
    found = Axe().run(page, options={"runOnly": RULES}).response["violations"]
    return [f"{one['id']}: {one['help']} {[node['html'] for node in one['nodes']]}" for one in found]


@pytest.fixture(params=["light", "dark"])
def scheme(request, page: Page) -> str:
    page.emulate_media(color_scheme=request.param, reduced_motion="reduce")
    return str(request.param)


def test_the_empty_page(scheme: str, home: Page):
    assert complaints_of_axe(home) == []


def test_an_answer_and_why(scheme: str, home: Page):
    home.get_by_role("button", name="Chelsea the cat").click()
    expect(home.locator("[data-state=answered]")).to_be_visible()
    assert complaints_of_axe(home) == []
    home.get_by_role("button", name="Why?").click()
    assert complaints_of_axe(home) == []


def test_the_wait(scheme: str, page: Page):
    Backend().serve(page)
    page.goto("/")
    page.get_by_role("button", name="Chelsea the cat").click()
    expect(page.get_by_text("Looking…")).to_be_visible()
    assert complaints_of_axe(page) == []


def test_a_refusal(scheme: str, page: Page):
    Backend(reply={"type": "error", "code": "server.overloaded", "message": "", "retry_after": 1}).serve(page)
    page.goto("/")
    page.get_by_role("button", name="Chelsea the cat").click()
    expect(page.locator("[data-state=refused]")).to_be_visible()
    assert complaints_of_axe(page) == []


def test_a_line_that_dropped(scheme: str, page: Page):
    Backend(reply=1011).serve(page)
    page.goto("/")
    page.get_by_role("button", name="Chelsea the cat").click()
    expect(page.locator("#line")).to_be_visible()
    assert complaints_of_axe(page) == []


def test_a_squirrel(scheme: str, page: Page):
    Backend(reply={**result(), "squirrel": "yes"}).serve(page)
    page.goto("/")
    page.get_by_role("button", name="Chelsea the cat").click()
    expect(page.get_by_text("Yes. That is a squirrel.")).to_be_visible()
    assert complaints_of_axe(page) == []


def test_the_model_card(scheme: str, page: Page):
    page.goto("/model")
    assert complaints_of_axe(page) == []
