"""A history that is open follows what its owner asks, in this tab and in others."""

from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from tests.e2e.histories import ask


def test_a_new_answer_appears_in_another_tab_and_leaves_it_when_deleted(page: Page, fifty: Path, photos: Path):
    ask(page, photos / "chelsea.png")
    tab = page.context.new_page()
    tab.goto("/history")
    expect(tab.locator(".record")).to_have_count(1)
    tab.locator(".record-open").focus()
    ask(page, photos / "coffee.png")
    expect(tab.locator(".record")).to_have_count(2)
    expect(tab.locator(".record-open").last).to_be_focused()
    expect(tab.locator("#announcer")).to_have_text("There are new answers.")
    page.goto("/history/delete")
    page.get_by_role("button", name="Delete everything").click()
    expect(tab.get_by_text("Nothing here yet.")).to_be_visible()


def test_the_first_answer_fills_an_empty_history(page: Page, photos: Path):
    page.goto("/history")
    page.goto("/")
    tab = page.context.new_page()
    tab.goto("/history")
    expect(tab.get_by_text("Nothing here yet.")).to_be_visible()
    ask(page, photos / "chelsea.png")
    expect(tab.locator(".record")).to_have_count(1)


def test_two_browsers_never_see_each_others_answers(page: Page, browser: Browser, base_url: str, photos: Path):
    other = browser.new_context(base_url=base_url).new_page()
    ask(other, photos / "coffee.png", keep=True)
    other.goto("/history")
    ask(page, photos / "chelsea.png", keep=True)
    page.goto("/history")
    for tab, name in ((page, "chelsea.png"), (other, "coffee.png")):
        expect(tab.locator(".record")).to_have_count(1)
        expect(tab.locator(".record-detail")).to_contain_text(name)
    other.context.close()


def test_a_kept_photo_and_why_outlive_the_page(page: Page, photos: Path):
    ask(page, photos / "chelsea.png", keep=True)
    page.goto("/history")
    expect(page.locator(".record-picture img")).to_be_visible()
    page.locator(".record-open").click()
    expect(page.locator("#photo")).to_have_js_property("complete", value=True)
    page.locator("#heatmap-toggle").click()
    expect(page.locator("#heatmap")).to_be_visible()
    expect(page.locator("[data-heatmap=text]")).to_contain_text("counted most towards")


def test_feedback_names_what_is_offered(page: Page, photos: Path):
    ask(page, photos / "coffee.png")
    page.get_by_text("No, it is…").click()
    page.locator("#suggested").press_sequentially("esp")
    expect(page.locator("#suggestions option[value='espresso']")).to_have_count(1)
    page.locator("#suggested").fill("espresso")
    page.get_by_role("button", name="Say so").click()
    expect(page.get_by_text("Thank you for your feedback.")).to_be_visible()
