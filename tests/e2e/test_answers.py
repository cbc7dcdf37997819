"""From a photo to its answer, with the real model."""

import json
import re
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from PIL.ExifTags import GPS, IFD
from playwright.sync_api import Page, WebSocket, expect

from tests.e2e.backend import FakeBackend, make_result
from tests.e2e.conftest import choose_files, make_data_transfer, verdict_of


@pytest.fixture
def frames(page: Page) -> list[str | bytes]:
    """Frames that the page sends over its WebSocket."""
    sent: list[str | bytes] = []

    def note(frame: str | bytes) -> None:  # Playwright cannot attach to a built-in method
        sent.append(frame)

    def attach(websocket: WebSocket) -> None:
        websocket.on("framesent", note)

    page.on("websocket", attach)
    return sent


def list_jobs(frames: list[str | bytes]) -> list[dict[str, object]]:
    messages = [json.loads(frame) for frame in frames if isinstance(frame, str)]
    return [message for message in messages if message["type"] == "classify"]


def test_an_example_photo_is_classified_with_one_click(home: Page):
    home.get_by_role("button", name="A cup of coffee").click()
    expect(verdict_of(home)).to_have_text("No animal here. It looks most like an espresso.")
    expect(home.get_by_role("listitem")).to_have_count(5)
    expect(home.locator("[data-part=detail]")).to_have_text(re.compile(r"^Sure · \d\d% for no animal$"))
    expect(home.locator("[data-part=timing]")).to_have_text(re.compile(r"^Model .* · total .* · MobileNetV2$"))


def test_a_cat_is_a_cat_and_not_a_squirrel(home: Page):
    home.get_by_role("button", name="Chelsea the cat").click()
    expect(verdict_of(home)).to_have_text("That is a cat.")
    expect(home.get_by_text("Is this a squirrel? No.")).to_be_visible()
    expect(home.locator("[data-part=detail]")).to_have_text(re.compile("closest match: Egyptian cat$"))


def test_the_heatmap_lies_on_the_photo_and_has_a_description(home: Page):
    home.get_by_role("button", name="Chelsea the cat").click()
    home.get_by_role("button", name="Why?").click()
    photo, heatmap = home.locator("#photo").bounding_box(), home.locator("#heatmap").bounding_box()
    assert photo
    assert heatmap
    assert photo["x"] <= heatmap["x"]
    assert heatmap["x"] + heatmap["width"] <= photo["x"] + photo["width"] + 1
    expect(home.get_by_text("The middle of the photo counted most towards “cat”.")).to_be_visible()
    expect(home.get_by_text(re.compile(r"domestic cat \.\d\d = Egyptian cat"))).to_be_visible()
    home.get_by_label("Show for").select_option(label="tabby")
    expect(home.get_by_text(re.compile("counted most towards “tabby”"))).to_be_visible()
    home.get_by_role("button", name="Why?").click()
    expect(home.locator("#heatmap")).to_be_hidden()


def test_a_browser_without_offscreen_canvas_shows_answers_and_heatmaps(page: Page):
    page.add_init_script("delete window.OffscreenCanvas")
    page.goto("/")
    page.get_by_role("button", name="Chelsea the cat").click()
    page.get_by_role("button", name="Why?").click()
    expect(page.get_by_text("The middle of the photo counted most towards “cat”.")).to_be_visible()
    has_pixels = "canvas => canvas.getContext('2d').getImageData(0, 0, 448, 448).data.some(Boolean)"
    assert page.locator("#heatmap").evaluate(has_pixels)


def test_a_new_photo_removes_the_heatmap(home: Page):
    home.get_by_role("button", name="Chelsea the cat").click()
    home.get_by_role("button", name="Why?").click()
    home.get_by_role("button", name="A cup of coffee").click()
    expect(verdict_of(home)).to_contain_text("espresso")
    expect(home.locator("#heatmap")).to_be_hidden()
    expect(home.get_by_role("button", name="Why?")).to_have_attribute("aria-pressed", "false")


def test_the_page_shows_the_position_in_the_queue(page: Page):
    backend = FakeBackend().serve(page)
    page.goto("/")
    page.get_by_role("button", name="Chelsea the cat").click()
    expect(verdict_of(page)).to_have_text("Looking…")
    backend.send({"type": "queued", "position": 3}, backend.jobs[0])
    expect(verdict_of(page)).to_have_text("Number 3 in the queue…")


def test_the_page_links_to_the_model_card(home: Page):
    home.get_by_role("link", name="About the model and its accuracy").click()
    expect(home.get_by_role("heading", name="Known errors")).to_be_visible()
    expect(home.get_by_role("table").first).to_be_visible()


def test_classifies_a_photo_from_the_file_chooser(home: Page, photos: Path):
    with home.expect_file_chooser() as chooser:
        home.get_by_role("button", name="Choose photos").click()
    chooser.value.set_files(photos / "coffee.png")
    expect(verdict_of(home)).to_contain_text("espresso")
    expect(home.get_by_role("img", name="Your photo")).to_be_visible()


def test_classifies_a_photo_dropped_anywhere_on_the_page(home: Page, photos: Path):
    dropped = make_data_transfer(home, photos / "coffee.png", "image/png")
    home.dispatch_event("footer", "dragenter", {"dataTransfer": dropped})
    expect(home.get_by_text("Drop the photo here")).to_be_visible()
    home.dispatch_event("footer", "drop", {"dataTransfer": dropped})
    expect(verdict_of(home)).to_contain_text("espresso")
    expect(home.get_by_text("Drop the photo here")).to_be_hidden()


def test_classifies_a_pasted_photo(home: Page, photos: Path):
    pasted = make_data_transfer(home, photos / "coffee.png", "image/png")
    home.evaluate(
        "clipboardData => document.body.dispatchEvent(new ClipboardEvent('paste', {clipboardData, bubbles: true}))",
        pasted,
    )
    expect(verdict_of(home)).to_contain_text("espresso")


def test_pasting_without_a_picture_shows_a_hint(home: Page):
    home.evaluate("document.body.dispatchEvent(new ClipboardEvent('paste', {bubbles: true}))")
    expect(home.locator("#hint")).to_have_text("The clipboard contains no picture.")


@pytest.mark.parametrize("name", ["phone.jpg", "phone.png"])
def test_sends_a_small_upright_jpeg_without_metadata(page: Page, frames: list[str | bytes], tmp_path: Path, name: str):
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "where I live"  # orientation: rotated by 90 degrees
    exif.get_ifd(IFD.GPSInfo).update({GPS.GPSLatitudeRef: "N", GPS.GPSLatitude: (47.0, 11.0, 47.1147)})
    Image.new("RGB", (3000, 2000), "brown").save(tmp_path / name, exif=exif)
    page.goto("/")
    choose_files(page, tmp_path / name)
    expect(page.locator("[data-state=answered]")).to_be_visible()
    (sent,) = [frame for frame in frames if isinstance(frame, bytes)]
    photo = Image.open(BytesIO(sent))
    assert (photo.format, photo.size, dict(photo.getexif())) == ("JPEG", (683, 1024), {})
    assert photo.info.keys() <= {"jfif", "jfif_version", "jfif_unit", "jfif_density", "icc_profile"}
    assert b"Exif" not in sent
    assert b"where I live" not in sent
    expect(page.locator("#caption")).to_contain_text(f"{name}: sent as 683\u00a0×\u00a01024 pixels, without metadata.")


def test_sends_a_picture_unchanged_that_the_browser_cannot_open(page: Page, frames: list[str | bytes], tmp_path: Path):
    Image.new("RGB", (300, 200), "brown").save(tmp_path / "scan.tiff")
    page.goto("/")
    choose_files(page, tmp_path / "scan.tiff")
    expect(page.locator("[data-state=answered]")).to_be_visible()
    expect(page.locator("#caption")).to_have_text("scan.tiff: sent unchanged. The server removes its location.")
    assert (tmp_path / "scan.tiff").read_bytes() in frames


def test_ticking_after_the_answer_sends_the_photo_again_to_keep_it(page: Page, frames: list[str | bytes]):
    page.goto("/")
    page.get_by_role("button", name="A cup of coffee").click()
    expect(page.locator("[data-state=answered]")).to_be_visible()
    page.get_by_label("Keep this photo").check()
    expect(page.locator("#consent-hint")).to_have_text("The photo is kept with its answer.")
    first, second = list_jobs(frames)
    assert (first["keep"], second["keep"], first["id"]) == (False, True, second["id"])


def test_consent_holds_for_one_photo_only(page: Page, frames: list[str | bytes]):
    page.goto("/")
    page.get_by_label("Keep this photo").check()
    page.get_by_role("button", name="A cup of coffee").click()
    expect(page.locator("#consent-hint")).to_have_text("The photo is kept with its answer.")
    page.get_by_role("button", name="Chelsea the cat").click()
    expect(verdict_of(page)).to_contain_text("cat")
    expect(page.get_by_label("Keep this photo")).not_to_be_checked()
    assert [job["keep"] for job in list_jobs(frames)] == [True, False]


def test_the_threshold_hides_predictions_below_it(page: Page):
    FakeBackend(reply=make_result()).serve(page)
    page.goto("/")
    page.get_by_role("button", name="Chelsea the cat").click()
    slider = page.get_by_label("Show answers above")
    slider.fill("10")
    expect(page.get_by_role("listitem")).to_have_count(2)
    expect(page.locator("[data-part=threshold-value]")).to_have_text("10%")
    slider.fill("100")
    expect(page.get_by_text("None of the five reaches this value.")).to_be_visible()


def test_the_answer_to_a_replaced_photo_is_not_shown(page: Page):
    backend = FakeBackend().serve(page)
    page.goto("/")
    page.get_by_role("button", name="Chelsea the cat").click()
    expect(verdict_of(page)).to_have_text("Looking…")
    backend.reply = make_result(display="rocket")
    page.get_by_role("button", name="A rocket at take-off").click()
    expect(verdict_of(page)).to_have_text("That is a rocket.")
    replaced_job, _ = backend.jobs
    backend.send(make_result(display="cat"), replaced_job)
    page.get_by_role("button", name="A cup of coffee").click()
    expect(page.locator("#caption")).to_contain_text("coffee")
    expect(verdict_of(page)).to_have_text("That is a rocket.")


def test_the_page_can_be_used_with_the_keyboard_only(home: Page):
    home.keyboard.press("Tab")
    expect(home.get_by_text("Skip to main content")).to_be_focused()
    for name in ("Is this a squirrel?", "History", "Deutsch", "Colours: same as device"):
        home.keyboard.press("Tab")
        expect(home.get_by_role("link", name=name).or_(home.get_by_role("button", name=name))).to_be_focused()
    home.keyboard.press("Tab")
    expect(home.get_by_role("button", name="Choose photos")).to_be_focused()
    with home.expect_file_chooser():
        home.keyboard.press("Enter")
    for name in ("Camera", "Choose a folder"):
        home.keyboard.press("Tab")
        expect(home.get_by_role("button", name=name)).to_be_focused()
    home.keyboard.press("Tab")
    home.keyboard.press("Tab")
    home.keyboard.press("Enter")
    expect(verdict_of(home)).to_contain_text("espresso")
    expect(home.get_by_role("button", name="A cup of coffee")).to_be_focused()


def test_screen_readers_announce_the_verdict(home: Page):
    expect(home.locator("[aria-live=polite]", has=verdict_of(home))).to_have_attribute("aria-atomic", "true")
