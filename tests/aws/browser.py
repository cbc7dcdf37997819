"""Browser test of the deployed page: ``python -m tests.aws.browser HOST PASSWORD``, in the project's environment."""

import shutil
import sys
import time

from playwright.sync_api import Page, expect, sync_playwright

from tests.aws.emulated_account import ROOT

PHOTO = ROOT / "var" / "build" / "photos" / "chelsea.png"
ARGUMENTS = [
    "--no-sandbox",
    "--ignore-certificate-errors",
    "--unsafely-treat-insecure-origin-as-secure=http://169.254.170.2:4566",
]


def classify_photo(page: Page, host: str) -> None:
    """Open the page over HTTP, which redirects to HTTPS; classify a photo with consent to store it."""
    page.goto(f"http://{host}/")
    assert page.url == f"https://{host}/", page.url
    page.get_by_label("Keep this photo").check()
    page.locator("input[type=file]").first.set_input_files(PHOTO)
    expect(page.get_by_text("That is a cat.")).to_be_visible(timeout=30_000)


def check_record_in_admin(page: Page, host: str, password: str) -> None:
    """Check that the admin lists the record with its photo."""
    page.goto(f"https://{host}/admin/")
    page.get_by_label("Username").fill("admin")
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Log in").click()
    photo = page.locator("#result_list img").first
    deadline = time.monotonic() + 30
    while not photo.count() and time.monotonic() < deadline:  # the photo is stored after the answer and the record
        page.goto(f"https://{host}/admin/classifier/classification/")
    url = photo.evaluate("image => image.src")
    response = page.request.get(url)
    assert response.ok, f"{url} → {response.url}: {response.status} {response.text()[:300]}"
    assert response.headers["content-type"] == "image/jpeg", response.headers


def main() -> None:
    host, password = sys.argv[1:]
    with sync_playwright() as playwright:
        program = shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        page = browser.new_page(ignore_https_errors=True, locale="en")
        classify_photo(page, host)
        check_record_in_admin(page, host, password)
        browser.close()


if __name__ == "__main__":
    main()
