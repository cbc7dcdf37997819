"""Accessibility of pages that test_states.py does not cover."""

import pytest
from playwright.sync_api import Page

from tests.e2e.axe import find_violations


@pytest.fixture(params=["light", "dark"])
def scheme(request, page: Page) -> str:
    page.emulate_media(color_scheme=request.param, reduced_motion="reduce")
    return str(request.param)


def test_axe_finds_nothing_on_the_model_page(scheme: str, page: Page):
    page.goto("/model")
    assert find_violations(page) == []
