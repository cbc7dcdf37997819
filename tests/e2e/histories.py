"""Every state of the history pages, reached as a person would, with the real model."""

import re
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.e2e.states import State, is_in, put


def ask(page: Page, photo: Path, *, keep: bool = False) -> None:
    """One photo, until what may be said of its answer is there."""
    page.goto("/")
    if keep:
        page.locator("#consent").check()
    put(page, photo)
    is_in(page, "answered")
    expect(page.locator("#follow-up")).to_be_visible()


def empty(page: Page, photos: list[Path]) -> None:
    page.goto("/history")


def listed(page: Page, photos: list[Path]) -> None:
    for at, photo in enumerate(photos[:3]):
        ask(page, photo, keep=at == 0)
    page.goto("/history")
    expect(page.locator(".record")).to_have_count(3)
    expect(page.locator(".record-picture img")).to_have_count(1)


def nothing_found(page: Page, photos: list[Path]) -> None:
    listed(page, photos)
    page.goto("/history?q=zebra&verdict=nonsense")


def opened(page: Page, photos: list[Path], *, keep: bool = True) -> None:
    ask(page, photos[0], keep=keep)
    page.goto("/history")
    expect(page.locator(".record-picture img")).to_have_count(int(keep))
    page.locator(".record-open").click()
    page.wait_for_url(re.compile("/history/.+"))
    page.locator("#heatmap-toggle").click()


def not_kept(page: Page, photos: list[Path]) -> None:
    opened(page, photos, keep=False)
    page.locator(".feedback-form summary").click()


def judged_and_shared(page: Page, photos: list[Path]) -> None:
    opened(page, photos)
    page.locator(".feedback-form summary").click()
    page.locator("#suggested").fill("tabby")
    page.locator("button[value=wrong]").click()
    page.locator("form[action$=share] button").click()
    expect(page.locator("#link")).to_be_visible()


def shared(page: Page, photos: list[Path]) -> None:
    judged_and_shared(page, photos)
    page.goto(page.locator("#link").input_value())


def gone(page: Page, photos: list[Path]) -> None:
    judged_and_shared(page, photos)
    link = page.locator("#link").input_value()
    page.locator("form[action$=delete] button").click()
    page.wait_for_url(re.compile("/history$"))
    page.route(
        "**/shared/*", lambda route: route.fulfill(response=route.fetch(), status=200)
    )  # 410 is an error to the console
    page.goto(link)


def sure(page: Page, photos: list[Path]) -> None:
    listed(page, photos)
    page.locator("a[href$='history/delete']").click()


def said_after(page: Page, photos: list[Path]) -> None:
    ask(page, photos[0])
    page.locator(".feedback-form summary").click()
    page.locator("#suggested").fill("tabby")
    page.locator("button[value=wrong]").click()
    expect(page.locator("[data-part=feedback-status]")).not_to_be_empty()
    page.locator(".share button").click()
    expect(page.locator("#link")).to_be_visible()


HISTORIES: dict[str, State] = {
    "history-empty": empty,
    "history": listed,
    "history-nothing-found": nothing_found,
    "record": opened,
    "record-not-kept": not_kept,
    "record-judged": judged_and_shared,
    "shared": shared,
    "gone": gone,
    "delete-all": sure,
    "afterwards": said_after,
}
