"""States of the history pages, each reached through the pages and with the real model."""

import re
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.e2e.conftest import choose_files
from tests.e2e.states import OpenState, expect_state


def classify(page: Page, photo: Path, *, keep: bool = False) -> None:
    """Send one photo and wait for the form below its answer."""
    page.goto("/")
    if keep:
        page.locator("#consent").check()
    choose_files(page, photo)
    expect_state(page, "answered")
    expect(page.locator("#follow-up")).to_be_visible()


def open_empty_history(page: Page, photos: list[Path]) -> None:
    page.goto("/history")


def open_history(page: Page, photos: list[Path]) -> None:
    for index, photo in enumerate(photos[:3]):
        classify(page, photo, keep=index == 0)
    page.goto("/history")
    expect(page.locator(".record")).to_have_count(3)
    expect(page.locator(".record-picture img")).to_have_count(1)


def filter_without_match(page: Page, photos: list[Path]) -> None:
    classify(page, photos[0])
    page.goto("/history")
    expect(page.locator(".record")).to_have_count(1)
    page.goto("/history?q=zebra&verdict=nonsense")


def open_record(page: Page, photos: list[Path], *, keep: bool = True) -> None:
    classify(page, photos[0], keep=keep)
    page.goto("/history")
    expect(page.locator(".record-picture img")).to_have_count(int(keep))
    page.locator(".record-open").click()
    page.wait_for_url(re.compile("/history/.+"))
    page.locator("#heatmap-toggle").click()


def open_record_without_photo(page: Page, photos: list[Path]) -> None:
    open_record(page, photos, keep=False)
    page.locator(".feedback-form summary").click()


def suggest_name(page: Page) -> None:
    page.locator(".feedback-form summary").click()
    page.locator("#suggested").fill("tabby")
    page.locator("button[value=wrong]").click()


def judge_and_share_record(page: Page, photos: list[Path]) -> None:
    open_record(page, photos)
    suggest_name(page)
    page.locator("form[action$=share] button").click()
    expect(page.locator("#link")).to_be_visible()


def open_shared_link(page: Page, photos: list[Path]) -> None:
    judge_and_share_record(page, photos)
    page.goto(page.locator("#link").input_value())


def open_link_to_deleted_record(page: Page, photos: list[Path]) -> None:
    judge_and_share_record(page, photos)
    link = page.locator("#link").input_value()
    page.locator("form[action$=delete] button").click()
    page.wait_for_url(re.compile("/history$"))
    # Chromium logs status 410 to the console as an error.
    page.route("**/shared/*", lambda route: route.fulfill(response=route.fetch(), status=200))
    page.goto(link)


def confirm_delete_all(page: Page, photos: list[Path]) -> None:
    classify(page, photos[0])
    page.goto("/history")
    page.locator("a[href$='history/delete']").click()


def give_feedback_and_share(page: Page, photos: list[Path]) -> None:
    classify(page, photos[0])
    suggest_name(page)
    expect(page.locator("[data-part=feedback-status]")).not_to_be_empty()
    page.locator(".share button").click()
    expect(page.locator("#link")).to_be_visible()


HISTORY_STATES: dict[str, OpenState] = {
    "history-empty": open_empty_history,
    "history": open_history,
    "history-no-match": filter_without_match,
    "record": open_record,
    "record-without-photo": open_record_without_photo,
    "record-judged": judge_and_share_record,
    "shared": open_shared_link,
    "link-expired": open_link_to_deleted_record,
    "delete-all": confirm_delete_all,
    "follow-up": give_feedback_and_share,
}
