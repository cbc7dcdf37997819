"""Many photos at once: a row for each, and none is lost."""

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
from tests.e2e.backend import Backend, result
from tests.e2e.conftest import drop
from tests.running import Running, running, serve_on

LONGEST_PAUSE_MS = 200
#: Rows are written together every tenth of a second: what was answered in the last one may be lost with the process.
MOST_UNWRITTEN = 15
#: Longest time between two frames, kept on the window. Headless Chromium draws 60 a second.
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


def rows(page: Page, state: str = "") -> Locator:
    return page.locator(f".row[data-state={state}]" if state else ".row")


def put(page: Page, *paths: Path) -> None:
    page.locator("#file").set_input_files(paths)


@pytest.fixture
def three(fifty: Path) -> list[Path]:
    return sorted(fifty.iterdir())[:3]


def test_fifty_photos_dropped_give_fifty_answers(home: Page, fifty: Path):
    drop(home, *sorted(fifty.iterdir()))
    expect(home.get_by_role("heading", name="50 of 50 answered")).to_be_visible(timeout=60_000)
    expect(rows(home, "answered")).to_have_count(50)
    expect(rows(home).filter(has_text="That is a cat.")).to_have_count(17)
    expect(home.locator("[data-batch=tally]")).to_contain_text("17 × cat")


def recorded(server: Running) -> list[str]:
    with closing(sqlite3.connect(server.data_dir / "db.sqlite3")) as database:
        return [name for (name,) in database.execute("SELECT name FROM classifier_classification ORDER BY name")]


def answers_ten_of(paths: list[Path], page: Page, server: Running) -> None:
    page.goto(server.url)
    put(page, *paths)
    expect(rows(page, "answered").nth(9)).to_be_attached(timeout=30_000)


def test_a_server_that_restarts_in_the_middle_of_fifty_loses_none_and_doubles_none(
    page: Page, fifty: Path, build: Path, tmp_path: Path, complaints: list[str]
):
    paths = sorted(fifty.iterdir())
    start = partial(running, tmp_path, program=serve_on(free_port()), BUILD_DIR=str(build))
    with start() as server:
        answers_ten_of(paths, page, server)
    expect(page.locator("#status-text")).to_contain_text(re.compile(r"Your \d+ photos will be sent then"))
    with start() as server:
        expect(page.get_by_role("heading", name="50 of 50 answered")).to_be_visible(timeout=60_000)
    assert recorded(server) == [path.name for path in paths]
    complaints.clear()  # the line that could not be opened in between


def names_of(found: Locator) -> set[str]:
    return set(found.locator(".row-name").all_text_contents())


def test_a_server_that_is_killed_in_the_middle_of_fifty_costs_no_answer_and_doubles_no_row(
    page: Page, fifty: Path, build: Path, tmp_path: Path, complaints: list[str]
):
    paths = sorted(fifty.iterdir())
    start = partial(running, tmp_path, program=serve_on(free_port()), BUILD_DIR=str(build))
    with start() as server:
        answers_ten_of(paths, page, server)
        server.process.kill()
        server.process.wait(10)
    expect(page.locator("#status-text")).to_contain_text(re.compile(r"Your \d+ photos will be sent then"))
    unwritten = names_of(rows(page, "answered")) - set(recorded(server))
    with start() as server:
        expect(page.get_by_role("heading", name="50 of 50 answered")).to_be_visible(timeout=60_000)
    assert recorded(server) == sorted({path.name for path in paths} - unwritten)
    assert len(unwritten) <= MOST_UNWRITTEN
    complaints.clear()  # the line that broke, and could not be opened in between


def test_a_photo_of_48_megapixels_does_not_hold_the_page_up(home: Page, tmp_path: Path):
    Image.effect_noise((2000, 1500), 60).convert("RGB").resize((8000, 6000)).save(tmp_path / "large.jpg", quality=88)
    home.evaluate(WATCH_FRAMES)
    put(home, tmp_path / "large.jpg")
    expect(home.locator("[data-state=answered]")).to_be_visible(timeout=30_000)
    expect(home.locator("#caption")).to_contain_text("sent as 1024\u00a0×\u00a0768 pixels")
    assert home.evaluate("window.longestPause") < LONGEST_PAUSE_MS


def test_a_dropped_folder_gives_its_photos_and_says_what_was_left_out(home: Page, three: list[Path], tmp_path: Path):
    deep = tmp_path / "holiday" / "day 2"
    deep.mkdir(parents=True)
    for path in three:
        (deep / path.name).write_bytes(path.read_bytes())
    (deep / "notes.txt").write_text("Not a picture.")
    drop(home, tmp_path / "holiday")
    expect(home.get_by_role("heading", name="3 of 3 answered")).to_be_visible()
    expect(home.get_by_text("holiday/day 2/00-chelsea.jpg")).to_be_visible()
    expect(home.locator("#hint")).to_have_text("One file was skipped because it is not a photo.")


def test_a_folder_is_chosen(home: Page, fifty: Path):
    home.locator("#folder").set_input_files(fifty)
    expect(rows(home)).to_have_count(50)
    expect(home.locator(".row-name").first).to_have_text(f"{fifty.name}/00-chelsea.jpg")


def test_a_folder_without_photos_says_so(home: Page, tmp_path: Path):
    (tmp_path / "notes.txt").write_text("Not a picture.")
    drop(home, tmp_path)
    expect(home.locator("#hint")).to_have_text("This folder contains no photos.")


def test_a_row_opens_large_and_the_browser_leads_back(home: Page, three: list[Path]):
    put(home, *three)
    home.get_by_role("button", name=re.compile("01-coffee.jpg.*espresso")).click()
    expect(home.locator("[data-part=verdict]")).to_have_text("No animal here. It looks most like an espresso.")
    expect(home.get_by_role("img", name="The photo you asked about")).to_be_visible()
    home.get_by_role("button", name="Why?").click()
    home.go_back()
    expect(rows(home, "answered")).to_have_count(3)
    expect(home.get_by_role("button", name=re.compile("01-coffee.jpg.*espresso"))).to_be_focused()


def test_more_photos_join_the_list(home: Page, three: list[Path]):
    put(home, *three[:2])
    put(home, three[2])
    expect(home.get_by_role("heading", name="3 of 3 answered")).to_be_visible()


def test_a_refused_photo_has_words_of_its_own_and_can_be_tried_again(page: Page, three: list[Path]):
    backend = Backend(reply={"type": "error", "code": "server.overloaded", "message": ""}).serve(page)
    page.goto("/")
    put(page, *three)
    expect(rows(page, "rejected").filter(has_text="The server is busy right now.")).to_have_count(3)
    backend.reply = result()
    page.get_by_role("button", name="Try 01-coffee.jpg again").click()
    expect(rows(page, "answered").filter(has_text="That is a marmot.")).to_have_count(1)
    expect(page.locator("[data-batch=tally]")).to_have_text("1 × marmot · 2 rejected")


def test_what_is_no_picture_is_refused_in_its_row_alone(home: Page, three: list[Path], tmp_path: Path):
    (tmp_path / "broken.jpg").write_text("Not a picture.")
    put(home, *three, tmp_path / "broken.jpg")
    expect(home.get_by_role("heading", name="3 of 4 answered")).to_be_visible()
    expect(rows(home, "rejected")).to_contain_text("This file isn't a picture we can read.")


def test_one_photo_is_cancelled_and_then_the_others(page: Page, fifty: Path):
    backend = Backend().serve(page)
    page.goto("/")
    put(page, *sorted(fifty.iterdir()))
    expect(rows(page, "looking")).to_have_count(4)
    page.get_by_role("button", name="Cancel 00-chelsea.jpg").click()
    expect(rows(page, "cancelled")).to_have_count(1)
    expect(page.get_by_role("button", name="Try 00-chelsea.jpg again")).to_be_focused()
    page.get_by_role("button", name="Cancel all").click()
    expect(rows(page, "cancelled")).to_have_count(50)
    assert len(backend.jobs) == 4


def test_the_browser_asks_before_it_leaves_photos_that_wait(page: Page, three: list[Path]):
    Backend().serve(page)
    page.goto("/")
    put(page, *three)
    expect(rows(page, "looking")).to_have_count(3)
    page.get_by_label("Keep these photos").check()  # browsers ask only where somebody did something
    page.on("dialog", lambda dialog: dialog.dismiss())
    with page.expect_event("dialog", lambda dialog: dialog.type == "beforeunload"):
        page.get_by_role("button", name="Deutsch").click(no_wait_after=True)
    expect(rows(page, "looking")).to_have_count(3)


def test_a_cleared_list_cancels_what_runs_and_leaves_the_empty_page(page: Page, fifty: Path, three: list[Path]):
    backend = Backend().serve(page)
    page.goto("/")
    put(page, *sorted(fifty.iterdir()))
    expect(rows(page, "looking")).to_have_count(4)
    page.get_by_label("Keep these photos").check()
    page.get_by_role("button", name="Clear list").press("Enter")
    expect(rows(page)).to_have_count(0)
    expect(page.get_by_role("button", name="Choose photos")).to_be_focused()
    expect(page.get_by_label("Keep this photo")).not_to_be_checked()
    assert sorted(backend.cancelled) == sorted(job["id"] for job in backend.jobs)
    for job in backend.jobs:
        backend.lines[0].send(json.dumps({"type": "cancelled", "id": job["id"]}))
    backend.reply = result()
    put(page, three[0])
    expect(page.locator("[data-part=verdict]")).to_have_text("That is a marmot.")
    put(page, *three)
    page.get_by_role("button", name="Clear list").click()
    put(page, *three[:2])
    expect(page.get_by_role("heading", name="2 of 2 answered")).to_be_visible()


def test_the_answers_are_downloaded_as_csv(home: Page, three: list[Path], tmp_path: Path):
    formula = tmp_path / "=1+1.jpg"
    formula.write_bytes(three[0].read_bytes())
    put(home, formula, three[1])
    expect(home.get_by_role("heading", name="2 of 2 answered")).to_be_visible()
    with home.expect_download() as download:
        home.get_by_role("button", name="Download CSV").click()
    first, second = csv.DictReader(io.StringIO(download.value.path().read_text(encoding="utf-8-sig")))
    assert (first["file"], first["answer"], first["squirrel"]) == ("'=1+1.jpg", "cat", "no")
    assert (second["kind"], second["answer"], second["error"]) == ("none", "espresso", "")


def test_the_answers_are_downloaded_as_json(home: Page, three: list[Path]):
    put(home, *three)
    expect(home.get_by_role("heading", name="3 of 3 answered")).to_be_visible()
    with home.expect_download() as download:
        home.get_by_role("button", name="Download JSON").click()
    answers = json.loads(download.value.path().read_text(encoding="utf-8"))
    assert [answer["file"] for answer in answers] == [path.name for path in three]
    assert [len(answer["five_best"]) for answer in answers] == [5, 5, 5]


def test_consent_holds_for_what_is_sent_after_it(page: Page, fifty: Path):
    backend = Backend().serve(page)
    page.goto("/")
    put(page, *sorted(fifty.iterdir())[:6])
    expect(rows(page, "looking")).to_have_count(4)
    page.get_by_label("Keep these photos").check()
    for job in backend.jobs[:4]:
        backend.lines[0].send(json.dumps({**result(), "id": job["id"]}))
    expect(rows(page, "looking")).to_have_count(2)
    assert [job["keep"] for job in backend.jobs] == [False] * 4 + [True] * 2
