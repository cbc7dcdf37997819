"""States of the upload page, and how to reach each of them."""

import json
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.e2e.backend import HELLO, FakeBackend, make_result
from tests.e2e.conftest import choose_files, make_data_transfer, verdict_of

OpenState = Callable[[Page, list[Path]], None]

#: Timers of 400 ms and more never fire, so that the page stays in a state that ends by itself.
STOP_LONG_TIMERS = """
    const real = window.setTimeout;
    window.setTimeout = (act, ms, ...more) => real(act, ms >= 400 ? 2 ** 31 - 1 : ms, ...more);
"""
NEVER_DECODE = "delete window.OffscreenCanvas; window.createImageBitmap = () => new Promise(() => {});"
#: Connection that transmits only 40 % of a photo.
STALLED_CONNECTION = """
    window.WebSocket = class {
        bufferedAmount = 0;
        constructor() { setTimeout(() => this.onopen({})); }
        close() {}
        send(data) {
            if (data instanceof ArrayBuffer) this.bufferedAmount = Math.round(0.6 * data.byteLength);
            else if (data.includes("authenticate")) setTimeout(() => this.onmessage({ data: HELLO }));
        }
    };
"""
#: Two cameras, the first of which shows a brown wall.
TWO_CAMERAS = """
    const wall = Object.assign(document.createElement("canvas"), { width: 640, height: 480 });
    const paint = () => {
        wall.getContext("2d").fillStyle = "#964";
        wall.getContext("2d").fillRect(0, 0, 640, 480);
        requestAnimationFrame(paint);
    };
    paint();
    MediaStreamTrack.prototype.getSettings = () => ({ deviceId: "Rear camera" });
    navigator.mediaDevices.getUserMedia = async () => wall.captureStream();
    navigator.mediaDevices.enumerateDevices = async () => ["Rear camera", "Front camera"].map(
        (label) => ({ kind: "videoinput", label, deviceId: label }));
"""
PENDING_PERMISSION = "navigator.mediaDevices.getUserMedia = () => new Promise(() => {});"
DENIED_PERMISSION = (
    "navigator.mediaDevices.getUserMedia = async () => { throw new DOMException('', 'NotAllowedError'); };"
)
OVERLOADED = {"type": "error", "code": "server.overloaded", "message": "", "retry_after": 3}


def expect_state(page: Page, state: str) -> None:
    expect(page.locator(f"#stage[data-state={state}]")).to_be_visible()


def send_photo(page: Page, photo: Path, reply: dict | int | None = None, script: str = "") -> FakeBackend:
    """Open the page and send a photo to a backend that sends ``reply``. ``script`` runs before the page's own."""
    backend = FakeBackend(reply=reply).serve(page)
    if script:
        page.add_init_script(script)
    page.goto("/")
    choose_files(page, photo)
    return backend


def open_empty_page(page: Page, photos: list[Path]) -> None:
    page.goto("/")


def drag_a_photo(page: Page, photos: list[Path]) -> None:
    page.goto("/")
    page.dispatch_event("footer", "dragenter", {"dataTransfer": make_data_transfer(page, photos[0], "image/jpeg")})
    expect(page.locator(".drop-one")).to_be_visible()


def resize_forever(page: Page, photos: list[Path]) -> None:
    send_photo(page, photos[0], script=NEVER_DECODE)
    expect_state(page, "working")


def send_forever(page: Page, photos: list[Path]) -> None:
    page.add_init_script(STALLED_CONNECTION.replace("HELLO", json.dumps(json.dumps(HELLO))))
    page.goto("/")
    choose_files(page, photos[0])
    expect(page.locator(".answer progress[value]")).to_be_visible()


def wait_in_queue(page: Page, photos: list[Path]) -> None:
    backend = send_photo(page, photos[0])
    expect(page.locator("#stage[data-photo]")).to_be_visible()
    while not backend.jobs:
        page.wait_for_event("websocket")
    backend.send({"type": "queued", "position": 3}, backend.jobs[0])
    expect(verdict_of(page)).to_contain_text("3")


def show_answer(kind: str, display: str, score: float, squirrel: str = "no") -> OpenState:
    def open_state(page: Page, photos: list[Path]) -> None:
        result = {**make_result(kind, display, score), "squirrel": squirrel, "heatmap": _make_heatmap()}
        send_photo(page, photos[0], result)
        expect_state(page, "answered")

    return open_state


def show_heatmap(page: Page, photos: list[Path]) -> None:
    show_answer("species", "marmot", 0.91)(page, photos)
    page.locator("#heatmap-toggle").click()


def send_to_overloaded_server(page: Page, photos: list[Path]) -> None:
    send_photo(page, photos[0], OVERLOADED)
    expect_state(page, "rejected")


def choose_a_text_file(page: Page, photos: list[Path]) -> None:
    page.goto("/")
    page.locator("#file").set_input_files({"name": "notes.txt", "mimeType": "text/plain", "buffer": b"Not a picture."})
    expect_state(page, "rejected")


def lose_connection(page: Page, photos: list[Path]) -> None:
    send_photo(page, photos[0], 1011, STOP_LONG_TIMERS)
    expect(page.locator("#status-banner")).to_be_visible()


def go_offline(page: Page, photos: list[Path]) -> None:
    lose_connection(page, photos)
    page.context.set_offline(True)
    expect(page.locator("#status-text")).to_contain_text("offline")


def start_camera(script: str, state: str) -> OpenState:
    def open_state(page: Page, photos: list[Path]) -> None:
        FakeBackend(reply=make_result()).serve(page)
        page.add_init_script(script)
        page.goto("/")
        page.locator("#camera").click()
        expect_state(page, state)

    return open_state


def show_live_camera(page: Page, photos: list[Path]) -> None:
    start_camera(TWO_CAMERAS, "live")(page, photos)
    expect(page.locator(".prediction-list li")).to_have_count(5)
    expect(page.locator(".camera-picker")).to_be_visible()


def send_batch(page: Page, photos: list[Path]) -> None:
    backend = FakeBackend().serve(page)
    page.goto("/")
    choose_files(page, *photos)
    expect(page.locator(".row[data-state=looking]")).to_have_count(4)
    truncated = {"type": "error", "code": "image.truncated", "message": ""}
    for job, reply in zip(backend.jobs, [make_result(), make_result("none", "espresso"), truncated], strict=False):
        backend.send(reply, job)
    expect(page.locator(".row[data-state=rejected]")).to_be_visible()


def open_photo_of_batch(page: Page, photos: list[Path]) -> None:
    send_batch(page, photos)
    page.locator(".row[data-state=answered] .row-open").first.click()
    expect_state(page, "answered")


def _make_heatmap() -> dict:
    cells = [max(0.0, 1 - ((index % 7 - 3) ** 2 + (index // 7 - 3) ** 2) / 9) for index in range(49)]
    return {"view_box": [0.1, 0, 0.8, 1], "maps": {"verdict": cells, "0": cells}}


STATES: dict[str, OpenState] = {
    "empty": open_empty_page,
    "dragging": drag_a_photo,
    "resizing": resize_forever,
    "sending": send_forever,
    "queued": wait_in_queue,
    "squirrel": show_answer("species", "fox squirrel", 0.91, "yes"),
    "species": show_answer("species", "marmot", 0.91, "maybe"),
    "group": show_answer("group", "rodent", 0.74, "maybe"),
    "animal": show_answer("animal", "animal", 0.7),
    "none": show_answer("none", "espresso", 0.97),
    "unsure": show_answer("unsure", "marmot", 0.5),
    "heatmap": show_heatmap,
    "rejected": send_to_overloaded_server,
    "rejected-by-page": choose_a_text_file,
    "reconnecting": lose_connection,
    "offline": go_offline,
    "camera-requested": start_camera(PENDING_PERMISSION, "working"),
    "camera-denied": start_camera(DENIED_PERMISSION, "rejected"),
    "camera-live": show_live_camera,
    "batch": send_batch,
    "batch-photo": open_photo_of_batch,
}
