"""What goes wrong is said in its own words, and what can go on goes on."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from classifier import errors
from tests.e2e.backend import Backend, result
from tests.running import Running

VERDICT = "[data-part=verdict]"
#: Codes that a job can be refused with; auth.expired is mended without a word.
CODES = sorted(errors.SENTENCES.keys() - {"auth.expired", "server.draining"})


def test_a_text_file_has_words_of_its_own_and_is_not_sent(page: Page, tmp_path: Path):
    backend = Backend().serve(page)
    (tmp_path / "notes.txt").write_text("Not a picture.")
    page.goto("/")
    page.locator("#file").set_input_files(tmp_path / "notes.txt")
    expect(page.locator(VERDICT)).to_have_text("We can't read this type of file.")
    assert backend.jobs == []


def test_a_text_that_calls_itself_a_photo_is_refused_by_the_server(home: Page, tmp_path: Path):
    (tmp_path / "photo.jpg").write_text("Not a picture.")
    home.locator("#file").set_input_files(tmp_path / "photo.jpg")
    expect(home.locator(VERDICT)).to_have_text("This file isn't a picture we can read.")
    expect(home.get_by_role("button", name="Try again")).to_be_hidden()


def test_a_refusal_does_not_stand_beside_an_older_photo(page: Page, tmp_path: Path):
    Backend(reply=result()).serve(page)
    (tmp_path / "empty.jpg").touch()
    page.goto("/")
    page.get_by_role("button", name="Chelsea the cat").click()
    expect(page.get_by_role("img", name="The photo you asked about")).to_be_visible()
    page.locator("#file").set_input_files(tmp_path / "empty.jpg")
    expect(page.locator(VERDICT)).to_have_text("This file is empty.")
    expect(page.get_by_role("img", name="The photo you asked about")).to_be_hidden()


def test_every_code_has_words_of_its_own(page: Page):
    backend = Backend().serve(page)
    page.goto("/")
    heard = set()
    for code in CODES:
        backend.reply = {"type": "error", "code": code, "message": "The server's own words."}
        page.get_by_role("button", name="Chelsea the cat").click()
        expect(page.locator("[data-state=rejected]")).to_be_visible()
        heard.add(page.locator(VERDICT).inner_text())
    assert len(heard) == len(CODES)
    assert "The server's own words." not in heard


def test_it_can_be_tried_again_where_that_helps(page: Page):
    backend = Backend(reply={"type": "error", "code": "server.overloaded", "message": "", "retry_after": 2}).serve(page)
    page.goto("/")
    page.get_by_role("button", name="Chelsea the cat").click()
    expect(page.locator("[data-part=detail]")).to_have_text("Your photo is still on this page. Try again in 2\u00a0s.")
    backend.reply = result()
    page.get_by_role("button", name="Try again").click()
    expect(page.locator(VERDICT)).to_have_text("That is a marmot.")


def test_a_photo_survives_a_lost_line(page: Page):
    backend = Backend(reply=1012).serve(page)
    page.goto("/")
    page.get_by_role("button", name="Chelsea the cat").click()
    expect(page.locator("#status-text")).to_contain_text("Connection lost. Retrying in")
    expect(page.locator(VERDICT)).to_have_text("Connecting…")
    backend.reply = result()
    page.get_by_role("button", name="Try now").click()
    expect(page.locator(VERDICT)).to_have_text("That is a marmot.")
    expect(page.locator("#status-banner")).to_be_hidden()
    assert [job["id"] for job in backend.jobs] == [backend.jobs[0]["id"]] * 2


def test_a_photo_that_loses_the_line_twice_is_given_back(page: Page):
    Backend(reply=1012).serve(page)
    page.goto("/")
    page.get_by_role("button", name="Chelsea the cat").click()
    page.get_by_role("button", name="Try now").click()
    expect(page.locator(VERDICT)).to_have_text("Sending this photo failed twice.")
    expect(page.get_by_role("button", name="Try again")).to_be_visible()


@pytest.mark.parametrize(
    ("close", "words"), [(4403, "no photos from this address"), (4400, "did not understand this page")]
)
def test_a_line_closed_for_good_says_why(page: Page, close: int, words: str):
    Backend(reply=close).serve(page)
    page.goto("/")
    page.get_by_role("button", name="Chelsea the cat").click()
    expect(page.locator(VERDICT)).to_contain_text(words)
    expect(page.get_by_role("button", name="Try now")).to_be_hidden()


def test_a_refused_ticket_is_replaced_without_a_word(page: Page):
    backend = Backend(reply=4401).serve(page)
    page.goto("/")
    with page.expect_response("**/ticket") as renewed:
        page.get_by_role("button", name="Chelsea the cat").click()
    assert renewed.value.ok
    backend.reply = result()
    expect(page.locator(VERDICT)).to_have_text("That is a marmot.")


def test_plain_http_off_this_machine_says_what_the_browser_will_not_allow(
    page: Page, server: Running, complaints: list[str]
):
    def forward(route: Route) -> None:
        address = route.request.url.replace("http://plain.example", server.url)
        route.fulfill(response=route.fetch(url=address))

    page.route("http://plain.example/**", forward)
    page.goto("http://plain.example/")
    expect(page.get_by_role("note")).to_contain_text("plain HTTP")
    complaints.clear()  # the page's own host has no socket here


def test_on_this_machine_it_says_nothing_of_that(home: Page):
    expect(home.get_by_role("note")).to_be_hidden()
