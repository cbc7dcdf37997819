"""Errors: each has its own message, and the page recovers where it can."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from classifier import errors
from tests.e2e.backend import FakeBackend, make_result
from tests.e2e.conftest import choose_files, verdict_of
from tests.server_process import RunningServer

#: Codes of rejected jobs. The page recovers from the other two without a message.
CODES = sorted(errors.SENTENCES.keys() - {"auth.expired", "server.draining"})


def test_a_text_file_has_its_own_message_and_is_not_sent(page: Page, tmp_path: Path):
    backend = FakeBackend().serve(page)
    (tmp_path / "notes.txt").write_text("Not a picture.")
    page.goto("/")
    choose_files(page, tmp_path / "notes.txt")
    expect(verdict_of(page)).to_have_text("We can't read this type of file.")
    assert backend.jobs == []


def test_the_server_rejects_a_text_file_named_jpg(home: Page, tmp_path: Path):
    (tmp_path / "photo.jpg").write_text("Not a picture.")
    choose_files(home, tmp_path / "photo.jpg")
    expect(verdict_of(home)).to_have_text("This file isn't a picture we can read.")
    expect(home.get_by_role("button", name="Try again")).to_be_hidden()


def test_an_error_hides_the_photo_before_it(page: Page, tmp_path: Path):
    FakeBackend(reply=make_result()).serve(page)
    (tmp_path / "empty.jpg").touch()
    page.goto("/")
    page.get_by_role("button", name="Chelsea the cat").click()
    expect(page.get_by_role("img", name="Your photo")).to_be_visible()
    choose_files(page, tmp_path / "empty.jpg")
    expect(verdict_of(page)).to_have_text("This file is empty.")
    expect(page.get_by_role("img", name="Your photo")).to_be_hidden()


def test_every_error_code_has_its_own_message(page: Page):
    backend = FakeBackend().serve(page)
    page.goto("/")
    verdicts = set()
    for code in CODES:
        backend.reply = {"type": "error", "code": code, "message": "Message of the server."}
        page.get_by_role("button", name="Chelsea the cat").click()
        expect(page.locator("[data-state=rejected]")).to_be_visible()
        verdicts.add(verdict_of(page).inner_text())
    assert len(verdicts) == len(CODES)
    assert "Message of the server." not in verdicts


def test_a_photo_can_be_sent_again_after_an_overload(page: Page):
    backend = FakeBackend(reply={"type": "error", "code": "server.overloaded", "message": "", "retry_after": 2}).serve(
        page
    )
    page.goto("/")
    page.get_by_role("button", name="Chelsea the cat").click()
    expect(page.locator("[data-part=detail]")).to_have_text("Your photo is still on this page. Try again in 2\u00a0s.")
    backend.reply = make_result()
    page.get_by_role("button", name="Try again").click()
    expect(verdict_of(page)).to_have_text("That is a marmot.")


def test_a_photo_is_sent_again_after_a_lost_connection(page: Page):
    backend = FakeBackend(reply=1012).serve(page)
    page.goto("/")
    page.get_by_role("button", name="Chelsea the cat").click()
    expect(page.locator("#status-text")).to_contain_text("Connection lost. Retrying in")
    expect(verdict_of(page)).to_have_text("Connecting…")
    backend.reply = make_result()
    page.get_by_role("button", name="Try now").click()
    expect(verdict_of(page)).to_have_text("That is a marmot.")
    expect(page.locator("#status-banner")).to_be_hidden()
    assert [job["id"] for job in backend.jobs] == [backend.jobs[0]["id"]] * 2


def test_a_photo_that_lost_two_connections_is_rejected(page: Page):
    FakeBackend(reply=1012).serve(page)
    page.goto("/")
    page.get_by_role("button", name="Chelsea the cat").click()
    page.get_by_role("button", name="Try now").click()
    expect(verdict_of(page)).to_have_text("Sending this photo failed twice.")
    expect(page.get_by_role("button", name="Try again")).to_be_visible()


@pytest.mark.parametrize(
    ("close_code", "text"), [(4403, "no photos from this address"), (4400, "did not understand this page")]
)
def test_a_final_close_code_has_its_own_message(page: Page, close_code: int, text: str):
    FakeBackend(reply=close_code).serve(page)
    page.goto("/")
    page.get_by_role("button", name="Chelsea the cat").click()
    expect(verdict_of(page)).to_contain_text(text)
    expect(page.get_by_role("button", name="Try now")).to_be_hidden()


def test_an_invalid_ticket_is_replaced_without_a_message(page: Page):
    backend = FakeBackend(reply=4401).serve(page)
    page.goto("/")
    with page.expect_response("**/ticket") as response:
        page.get_by_role("button", name="Chelsea the cat").click()
    assert response.value.ok
    backend.reply = make_result()
    expect(verdict_of(page)).to_have_text("That is a marmot.")


def test_plain_http_on_another_host_shows_a_warning(page: Page, server: RunningServer, console_errors: list[str]):
    def forward(route: Route) -> None:
        address = route.request.url.replace("http://plain.example", server.url)
        route.fulfill(response=route.fetch(url=address))

    page.route("http://plain.example/**", forward)
    page.goto("http://plain.example/")
    expect(page.get_by_role("note")).to_contain_text("plain HTTP")
    console_errors.clear()  # this host has no WebSocket


def test_localhost_shows_no_warning_about_plain_http(home: Page):
    expect(home.get_by_role("note")).to_be_hidden()
