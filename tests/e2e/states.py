"""Every state of the upload page, and the way into it."""

import json
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.e2e.backend import HELLO, Backend, result
from tests.e2e.conftest import transfer

State = Callable[[Page, list[Path]], None]

#: Long waits never end, so that what is said during them can be looked at.
FOREVER = """
    const real = window.setTimeout;
    window.setTimeout = (act, ms, ...more) => real(act, ms >= 400 ? 2 ** 31 - 1 : ms, ...more);
"""
NEVER_DECODED = "delete window.OffscreenCanvas; window.createImageBitmap = () => new Promise(() => {});"
#: A line that takes 40 % of what it is given.
SLOW_LINE = """
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
#: Two cameras, the first of which sees a brown wall.
CAMERA = """
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
ASKED = "navigator.mediaDevices.getUserMedia = () => new Promise(() => {});"
NOT_ALLOWED = "navigator.mediaDevices.getUserMedia = async () => { throw new DOMException('', 'NotAllowedError'); };"
OVERLOADED = {"type": "error", "code": "server.overloaded", "message": "", "retry_after": 3}


def is_in(page: Page, state: str) -> None:
    expect(page.locator(f"#stage[data-state={state}]")).to_be_visible()


def put(page: Page, *paths: Path) -> None:
    page.locator("#file").set_input_files(paths)


def begin(page: Page, photos: list[Path], reply: dict | int | None = None, script: str = "") -> Backend:
    """The page, and a photo on its way to a backend that gives ``reply``."""
    backend = Backend(reply=reply).serve(page)
    if script:
        page.add_init_script(script)
    page.goto("/")
    put(page, photos[0])
    return backend


def empty(page: Page, photos: list[Path]) -> None:
    page.goto("/")


def dragging(page: Page, photos: list[Path]) -> None:
    page.goto("/")
    page.dispatch_event("footer", "dragenter", {"dataTransfer": transfer(page, photos[0], "image/jpeg")})
    expect(page.locator(".drop-one")).to_be_visible()


def shrinking(page: Page, photos: list[Path]) -> None:
    begin(page, photos, script=NEVER_DECODED)
    is_in(page, "working")


def sending(page: Page, photos: list[Path]) -> None:
    hello = json.dumps(HELLO)
    page.add_init_script(SLOW_LINE.replace("HELLO", json.dumps(hello)))
    page.goto("/")
    put(page, photos[0])
    expect(page.locator(".answer progress[value]")).to_be_visible()


def waiting(page: Page, photos: list[Path]) -> None:
    backend = begin(page, photos)
    expect(page.locator("#stage[data-photo]")).to_be_visible()
    while not backend.jobs:
        page.wait_for_event("websocket")
    backend.lines[0].send(json.dumps({"type": "queued", "id": backend.jobs[0]["id"], "position": 3}))
    expect(page.locator("[data-part=verdict]")).to_contain_text("3")


def answered(kind: str, display: str, score: float, squirrel: str = "no") -> State:
    def reach(page: Page, photos: list[Path]) -> None:
        begin(page, photos, {**result(kind, display, score), "squirrel": squirrel, "heatmap": _heatmap()})
        is_in(page, "answered")

    return reach


def why(page: Page, photos: list[Path]) -> None:
    answered("species", "marmot", 0.91)(page, photos)
    page.locator("#heatmap-toggle").click()


def refused(page: Page, photos: list[Path]) -> None:
    begin(page, photos, OVERLOADED)
    is_in(page, "rejected")


def refused_here(page: Page, photos: list[Path]) -> None:
    page.goto("/")
    page.locator("#file").set_input_files({"name": "notes.txt", "mimeType": "text/plain", "buffer": b"Not a picture."})
    is_in(page, "rejected")


def reconnecting(page: Page, photos: list[Path]) -> None:
    begin(page, photos, 1011, FOREVER)
    expect(page.locator("#status-banner")).to_be_visible()


def offline(page: Page, photos: list[Path]) -> None:
    begin(page, photos, 1011, FOREVER)
    expect(page.locator("#status-banner")).to_be_visible()
    page.context.set_offline(True)
    expect(page.locator("#status-text")).to_contain_text("offline")


def camera(script: str, state: str) -> State:
    def reach(page: Page, photos: list[Path]) -> None:
        Backend(reply=result()).serve(page)
        page.add_init_script(script)
        page.goto("/")
        page.locator("#camera").click()
        is_in(page, state)

    return reach


def camera_live(page: Page, photos: list[Path]) -> None:
    camera(CAMERA, "live")(page, photos)
    expect(page.locator(".prediction-list li")).to_have_count(5)
    expect(page.locator(".picker")).to_be_visible()


def many(page: Page, photos: list[Path]) -> None:
    backend = Backend().serve(page)
    page.goto("/")
    put(page, *photos)
    expect(page.locator(".row[data-state=looking]")).to_have_count(4)
    replies = [result(), result("none", "espresso"), {"type": "error", "code": "image.truncated", "message": ""}]
    for job, reply in zip(backend.jobs, replies, strict=False):
        backend.lines[0].send(json.dumps({**reply, "id": job["id"]}))
    expect(page.locator(".row[data-state=rejected]")).to_be_visible()


def one_of_many(page: Page, photos: list[Path]) -> None:
    many(page, photos)
    page.locator(".row[data-state=answered] .row-open").first.click()
    is_in(page, "answered")


def _heatmap() -> dict:
    cells = [max(0.0, 1 - ((at % 7 - 3) ** 2 + (at // 7 - 3) ** 2) / 9) for at in range(49)]
    return {"view_box": [0.1, 0, 0.8, 1], "maps": {"verdict": cells, "0": cells}}


STATES: dict[str, State] = {
    "empty": empty,
    "dragging": dragging,
    "shrinking": shrinking,
    "sending": sending,
    "waiting": waiting,
    "squirrel": answered("species", "fox squirrel", 0.91, "yes"),
    "species": answered("species", "marmot", 0.91, "maybe"),
    "group": answered("group", "rodent", 0.74, "maybe"),
    "animal": answered("animal", "animal", 0.7),
    "none": answered("none", "espresso", 0.97),
    "unsure": answered("unsure", "marmot", 0.5),
    "why": why,
    "refused": refused,
    "refused-here": refused_here,
    "reconnecting": reconnecting,
    "offline": offline,
    "camera-asked": camera(ASKED, "working"),
    "camera-refused": camera(NOT_ALLOWED, "rejected"),
    "camera-live": camera_live,
    "many": many,
    "one-of-many": one_of_many,
}
