"""An open history page follows the answers of its owner in all tabs."""

from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from tests.e2e.history_states import classify


def test_another_tab_shows_new_answers_and_removes_deleted_ones(page: Page, photos: Path):
    classify(page, photos / "chelsea.png")
    tab = page.context.new_page()
    tab.goto("/history")
    expect(tab.locator(".record")).to_have_count(1)
    tab.locator(".record-open").focus()
    classify(page, photos / "coffee.png")
    expect(tab.locator(".record")).to_have_count(2)
    expect(tab.locator(".record-open").last).to_be_focused()
    expect(tab.locator("#announcer")).to_have_text("There are new answers.")
    page.goto("/history/delete")
    page.get_by_role("button", name="Delete everything").click()
    expect(tab.get_by_text("No answers yet.")).to_be_visible()


def test_an_empty_history_shows_the_first_answer(page: Page, photos: Path):
    page.goto("/history")
    page.goto("/")
    tab = page.context.new_page()
    tab.goto("/history")
    expect(tab.get_by_text("No answers yet.")).to_be_visible()
    classify(page, photos / "chelsea.png")
    expect(tab.locator(".record")).to_have_count(1)


def test_each_browser_sees_only_its_own_answers(page: Page, browser: Browser, base_url: str, photos: Path):
    other = browser.new_context(base_url=base_url).new_page()
    classify(other, photos / "coffee.png", keep=True)
    other.goto("/history")
    classify(page, photos / "chelsea.png", keep=True)
    page.goto("/history")
    for tab, name in ((page, "chelsea.png"), (other, "coffee.png")):
        expect(tab.locator(".record")).to_have_count(1)
        expect(tab.locator(".record-detail")).to_contain_text(name)
    other.context.close()


def test_a_record_shows_its_kept_photo_and_heatmap(page: Page, photos: Path):
    classify(page, photos / "chelsea.png", keep=True)
    page.goto("/history")
    expect(page.locator(".record-picture img")).to_be_visible()
    page.locator(".record-open").click()
    expect(page.locator("#photo")).to_have_js_property("complete", value=True)
    page.locator("#heatmap-toggle").click()
    expect(page.locator("#heatmap")).to_be_visible()
    expect(page.locator("[data-heatmap=text]")).to_contain_text("counted most towards")


def test_the_feedback_form_suggests_names(page: Page, photos: Path):
    classify(page, photos / "coffee.png")
    page.get_by_text("Wrong? Suggest a name").click()
    page.locator("#suggested").press_sequentially("esp")
    expect(page.locator("#suggestions option[value='espresso']")).to_have_count(1)
    page.locator("#suggested").fill("espresso")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("Thank you for your feedback.")).to_be_visible()
