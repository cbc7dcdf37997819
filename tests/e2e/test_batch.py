"""Batches: a row for each photo, and no photo is lost."""

import csv
import io
import json
import re
import sqlite3
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from infrastructure.local.servers import free_port
from tests.e2e.backend import FakeBackend, make_result
from tests.e2e.conftest import choose_files, drop_files, verdict_of
from tests.server_process import RunningServer, running_server, serve_on

MAX_PAUSE_MS = 200
#: Records gather in memory for a tenth of a second: a killed process loses those of the last tenth.
MAX_LOST = 15
#: Stores the longest time between two frames in the window. Headless Chromium draws 60 frames per second.
WATCH_FRAMES = """() => {
    window.longestPause = 0;
    let last = performance.now();
    const frame = (now) => {
        window.longestPause = Math.max(window.longestPause, now - last);
        last = now;
        requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
}"""


def find_rows(page: Page, state: str = "") -> Locator:
    return page.locator(f".row[data-state={state}]" if state else ".row")


@pytest.fixture
def twenty_photos(fifty_photos: list[Path]) -> list[Path]:
    return fifty_photos[:20]


@pytest.fixture
def three_photos(fifty_photos: list[Path]) -> list[Path]:
    return fifty_photos[:3]


def test_fifty_dropped_photos_get_fifty_answers(home: Page, fifty_photos: list[Path]):
    drop_files(home, *fifty_photos)
    expect(home.get_by_role("heading", name="50 of 50 answered")).to_be_visible(timeout=60_000)
    expect(find_rows(home, "answered")).to_have_count(50)
    expect(find_rows(home).filter(has_text="That is a cat.")).to_have_count(17)
    expect(home.locator("[data-batch=tally]")).to_contain_text("17 × cat")


def list_recorded_names(server: RunningServer) -> list[str]:
    with closing(sqlite3.connect(server.data_dir / "db.sqlite3")) as database:
        return [name for (name,) in database.execute("SELECT name FROM classifier_classification ORDER BY name")]


def wait_for_five_answers(paths: list[Path], page: Page, server: RunningServer) -> None:
    page.goto(server.url)
    choose_files(page, *paths)
    expect(find_rows(page, "answered").nth(4)).to_be_attached(timeout=30_000)


def test_a_server_restart_during_a_batch_loses_and_duplicates_no_record(
    page: Page, twenty_photos: list[Path], build: Path, tmp_path: Path, console_errors: list[str]
):
    start = partial(running_server, tmp_path, program=serve_on(free_port()), BUILD_DIR=str(build))
    with start() as server:
        wait_for_five_answers(twenty_photos, page, server)
    expect(page.locator("#status-text")).to_contain_text(re.compile(r"Your \d+ photos will be sent then"))
    with start() as server:
        expect(page.get_by_role("heading", name="20 of 20 answered")).to_be_visible(timeout=60_000)
    assert list_recorded_names(server) == [path.name for path in twenty_photos]
    console_errors.clear()  # failed connection attempts


def read_names(rows: Locator) -> set[str]:
    return set(rows.locator(".row-name").all_text_contents())


def test_a_killed_server_costs_no_answer_and_duplicates_no_record(
    page: Page, twenty_photos: list[Path], build: Path, tmp_path: Path, console_errors: list[str]
):
    start = partial(running_server, tmp_path, program=serve_on(free_port()), BUILD_DIR=str(build))
    with start() as server:
        wait_for_five_answers(twenty_photos, page, server)
        server.process.kill()
        server.process.wait(10)
    expect(page.locator("#status-text")).to_contain_text(re.compile(r"Your \d+ photos will be sent then"))
    answered_before = read_names(find_rows(page, "answered"))
    with start() as server:
        expect(page.get_by_role("heading", name="20 of 20 answered")).to_be_visible(timeout=60_000)
    recorded = list_recorded_names(server)
    lost = {path.name for path in twenty_photos} - set(recorded)
    assert len(recorded) == len(set(recorded))
    assert lost <= answered_before  # the page sends every other photo again
    assert len(lost) <= MAX_LOST
    console_errors.clear()  # the broken connection and failed attempts


def test_resizing_48_megapixels_never_blocks_the_page_for_200_ms(home: Page, tmp_path: Path):
    Image.effect_noise((2000, 1500), 60).convert("RGB").resize((8000, 6000)).save(tmp_path / "large.jpg", quality=88)
    home.evaluate(WATCH_FRAMES)
    choose_files(home, tmp_path / "large.jpg")
    expect(home.locator("[data-state=answered]")).to_be_visible(timeout=30_000)
    expect(home.locator("#caption")).to_contain_text("sent as 1024\u00a0×\u00a0768 pixels")
    assert home.evaluate("window.longestPause") < MAX_PAUSE_MS


def test_a_dropped_folder_starts_a_batch_and_reports_skipped_files(
    home: Page, three_photos: list[Path], tmp_path: Path
):
    folder = tmp_path / "holiday" / "day 2"
    folder.mkdir(parents=True)
    for path in three_photos:
        (folder / path.name).write_bytes(path.read_bytes())
    (folder / "notes.txt").write_text("Not a picture.")
    drop_files(home, tmp_path / "holiday")
    expect(home.get_by_role("heading", name="3 of 3 answered")).to_be_visible()
    expect(home.get_by_text("holiday/day 2/00-chelsea.jpg")).to_be_visible()
    expect(home.locator("#hint")).to_have_text("One file was skipped because it is not a photo.")


def test_a_chosen_folder_starts_a_batch(home: Page, fifty_photos: list[Path]):
    home.locator("#folder").set_input_files(fifty_photos[0].parent)
    expect(find_rows(home)).to_have_count(50)
    expect(home.locator(".row-name").first).to_have_text(f"{fifty_photos[0].parent.name}/00-chelsea.jpg")


def test_a_folder_without_photos_shows_a_hint(home: Page, tmp_path: Path):
    (tmp_path / "notes.txt").write_text("Not a picture.")
    drop_files(home, tmp_path)
    expect(home.locator("#hint")).to_have_text("This folder contains no photos.")


def test_a_row_opens_its_photo_and_the_back_button_returns_to_the_batch(home: Page, three_photos: list[Path]):
    choose_files(home, *three_photos)
    home.get_by_role("button", name=re.compile("01-coffee.jpg.*espresso")).click()
    expect(verdict_of(home)).to_have_text("No animal here. It looks most like an espresso.")
    expect(home.get_by_role("img", name="Your photo")).to_be_visible()
    home.get_by_role("button", name="Why?").click()
    home.go_back()
    expect(find_rows(home, "answered")).to_have_count(3)
    expect(home.get_by_role("button", name=re.compile("01-coffee.jpg.*espresso"))).to_be_focused()


def test_later_photos_join_the_batch(home: Page, three_photos: list[Path]):
    choose_files(home, *three_photos[:2])
    choose_files(home, three_photos[2])
    expect(home.get_by_role("heading", name="3 of 3 answered")).to_be_visible()


def test_a_rejected_photo_shows_its_error_and_can_be_sent_again(page: Page, three_photos: list[Path]):
    backend = FakeBackend(reply={"type": "error", "code": "server.overloaded", "message": ""}).serve(page)
    page.goto("/")
    choose_files(page, *three_photos)
    expect(find_rows(page, "rejected").filter(has_text="The server is busy right now.")).to_have_count(3)
    backend.reply = make_result()
    page.get_by_role("button", name="Try 01-coffee.jpg again").click()
    expect(find_rows(page, "answered").filter(has_text="That is a marmot.")).to_have_count(1)
    expect(page.locator("[data-batch=tally]")).to_have_text("1 × marmot · 2 rejected")


def test_an_unreadable_file_is_rejected_and_all_other_photos_are_answered(
    home: Page, three_photos: list[Path], tmp_path: Path
):
    (tmp_path / "broken.jpg").write_text("Not a picture.")
    choose_files(home, *three_photos, tmp_path / "broken.jpg")
    expect(home.get_by_role("heading", name="3 of 4 answered")).to_be_visible()
    expect(find_rows(home, "rejected")).to_contain_text("This file isn't a picture we can read.")


def test_one_photo_can_be_cancelled_and_then_all_others(page: Page, fifty_photos: list[Path]):
    backend = FakeBackend().serve(page)
    page.goto("/")
    choose_files(page, *fifty_photos)
    expect(find_rows(page, "looking")).to_have_count(4)
    page.get_by_role("button", name="Cancel 00-chelsea.jpg").click()
    expect(find_rows(page, "cancelled")).to_have_count(1)
    expect(page.get_by_role("button", name="Try 00-chelsea.jpg again")).to_be_focused()
    page.get_by_role("button", name="Cancel all").click()
    expect(find_rows(page, "cancelled")).to_have_count(50)
    assert len(backend.jobs) == 4


def test_the_browser_warns_before_it_leaves_unanswered_photos(page: Page, three_photos: list[Path]):
    FakeBackend().serve(page)
    page.goto("/")
    choose_files(page, *three_photos)
    expect(find_rows(page, "looking")).to_have_count(3)
    page.get_by_label("Keep these photos").check()  # browsers warn only after an interaction with the page
    page.on("dialog", lambda dialog: dialog.dismiss())
    with page.expect_event("dialog", lambda dialog: dialog.type == "beforeunload"):
        page.get_by_role("button", name="Deutsch").click(no_wait_after=True)
    expect(find_rows(page, "looking")).to_have_count(3)


def test_clearing_the_list_cancels_all_photos(page: Page, fifty_photos: list[Path], three_photos: list[Path]):
    backend = FakeBackend().serve(page)
    page.goto("/")
    choose_files(page, *fifty_photos)
    expect(find_rows(page, "looking")).to_have_count(4)
    page.get_by_label("Keep these photos").check()
    page.get_by_role("button", name="Clear list").press("Enter")
    expect(find_rows(page)).to_have_count(0)
    expect(page.get_by_role("button", name="Choose photos")).to_be_focused()
    expect(page.get_by_label("Keep this photo")).not_to_be_checked()
    assert sorted(backend.cancelled_ids) == sorted(job["id"] for job in backend.jobs)
    for job in backend.jobs:
        backend.send({"type": "cancelled"}, job)
    backend.reply = make_result()
    choose_files(page, three_photos[0])
    expect(verdict_of(page)).to_have_text("That is a marmot.")
    choose_files(page, *three_photos)
    page.get_by_role("button", name="Clear list").click()
    choose_files(page, *three_photos[:2])
    expect(page.get_by_role("heading", name="2 of 2 answered")).to_be_visible()


def test_answers_can_be_downloaded_as_csv(home: Page, three_photos: list[Path], tmp_path: Path):
    formula = tmp_path / "=1+1.jpg"
    formula.write_bytes(three_photos[0].read_bytes())
    choose_files(home, formula, three_photos[1])
    expect(home.get_by_role("heading", name="2 of 2 answered")).to_be_visible()
    with home.expect_download() as download:
        home.get_by_role("button", name="Download CSV").click()
    first, second = csv.DictReader(io.StringIO(download.value.path().read_text(encoding="utf-8-sig")))
    assert (first["file"], first["answer"], first["squirrel"]) == ("'=1+1.jpg", "cat", "no")
    assert (second["kind"], second["answer"], second["error"]) == ("none", "espresso", "")


def test_answers_can_be_downloaded_as_json(home: Page, three_photos: list[Path]):
    choose_files(home, *three_photos)
    expect(home.get_by_role("heading", name="3 of 3 answered")).to_be_visible()
    with home.expect_download() as download:
        home.get_by_role("button", name="Download JSON").click()
    answers = json.loads(download.value.path().read_text(encoding="utf-8"))
    assert [answer["file"] for answer in answers] == [path.name for path in three_photos]
    assert [len(answer["five_best"]) for answer in answers] == [5, 5, 5]


def test_consent_holds_for_photos_sent_after_it(page: Page, fifty_photos: list[Path]):
    backend = FakeBackend().serve(page)
    page.goto("/")
    choose_files(page, *fifty_photos[:6])
    expect(find_rows(page, "looking")).to_have_count(4)
    page.get_by_label("Keep these photos").check()
    for job in backend.jobs[:4]:
        backend.send(make_result(), job)
    expect(find_rows(page, "looking")).to_have_count(2)
    assert [job["keep"] for job in backend.jobs] == [False] * 4 + [True] * 2
