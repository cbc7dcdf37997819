"""A person with a browser at the deployed page; runs in the project's own environment, with HOST and PASSWORD."""

import shutil
import sys
import time

from playwright.sync_api import Page, expect, sync_playwright

from tests.aws.running import ROOT

PHOTO = ROOT / "var" / "build" / "photos" / "chelsea.png"
ARGUMENTS = [
    "--no-sandbox",
    "--ignore-certificate-errors",
    "--unsafely-treat-insecure-origin-as-secure=http://169.254.170.2:4566",
]


def classify(page: Page, host: str) -> None:
    """Over plain HTTP to TLS; a photo is chosen, kept, and answered."""
    page.goto(f"http://{host}/")
    assert page.url == f"https://{host}/", page.url
    page.get_by_label("Keep this photo").check()
    page.locator("input[type=file]").first.set_input_files(PHOTO)
    expect(page.get_by_text("That is a cat.")).to_be_visible(timeout=30_000)


def staff_sees_it(page: Page, host: str, password: str) -> None:
    """The row stands in the admin, with its picture."""
    page.goto(f"https://{host}/admin/")
    page.get_by_label("Username").fill("admin")
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Log in").click()
    picture = page.locator("#result_list img").first
    deadline = time.monotonic() + 30
    while not picture.count() and time.monotonic() < deadline:  # the photo is stored after the answer and the row
        page.goto(f"https://{host}/admin/classifier/classification/")
    address = picture.evaluate("image => image.src")
    answer = page.request.get(address)
    assert answer.ok, f"{address} → {answer.url}: {answer.status} {answer.text()[:300]}"
    assert answer.headers["content-type"] == "image/jpeg", answer.headers


def main() -> None:
    host, password = sys.argv[1:]
    with sync_playwright() as playwright:
        program = shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        page = browser.new_page(ignore_https_errors=True, locale="en")
        classify(page, host)
        staff_sees_it(page, host, password)
        browser.close()


if __name__ == "__main__":
    main()
