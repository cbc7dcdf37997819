"""The page in German."""

from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import verdict_of


def test_the_switch_changes_the_language_to_german_and_back(home: Page):
    home.get_by_role("button", name="Deutsch").click()
    expect(home.get_by_role("heading", name="Welches Tier ist das?")).to_be_visible()
    home.get_by_role("button", name="Die Katze Chelsea").click()
    expect(verdict_of(home)).to_have_text("Erkannt: cat.")
    expect(home.get_by_text("Ist das ein Eichhörnchen? Nein.")).to_be_visible()
    expect(home.get_by_role("button", name="Farben: wie auf dem Gerät")).to_be_visible()
    home.get_by_role("button", name="English").click()
    expect(home.get_by_role("heading", name="Which animal is this?")).to_be_visible()


def test_the_switch_works_without_javascript_and_stays_on_the_page(browser: Browser, base_url: str):
    page = browser.new_page(base_url=base_url, java_script_enabled=False)
    page.goto("/model")
    page.get_by_role("button", name="Deutsch").click()
    expect(page.get_by_text("Diese Seite gibt es nur auf Englisch.")).to_be_visible()
    page.get_by_role("link", name="Ist das ein Eichhörnchen?").click()
    expect(page.get_by_role("heading", name="Welches Tier ist das?")).to_be_visible()
    page.close()


def test_a_german_browser_gets_the_german_page(browser: Browser, base_url: str):
    page = browser.new_page(base_url=base_url, locale="de-DE")
    page.goto("/")
    expect(page.get_by_role("button", name="Fotos auswählen", exact=True)).to_be_visible()
    page.close()
