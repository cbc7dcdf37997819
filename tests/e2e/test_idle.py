"""A page that is left alone keeps its line. Takes its time: ``make slow``."""

import json

import pytest
from playwright.sync_api import Page, WebSocket, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeoutError

IDLE_MS = 90_000


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_ninety_seconds_without_a_photo_and_the_line_is_still_there(page: Page):
    lines: list[WebSocket] = []
    sent: list[str | bytes] = []

    def note(frame: str | bytes) -> None:
        sent.append(frame)

    def follow(line: WebSocket) -> None:
        lines.append(line)
        line.on("framesent", note)

    page.on("websocket", follow)
    page.goto("/")
    page.locator("[data-connection=ready]").wait_for()
    with pytest.raises(PlaywrightTimeoutError):  # the event that must not come
        lines[0].wait_for_event("close", timeout=IDLE_MS)
    assert [json.loads(frame)["type"] for frame in sent] == ["authenticate", "ping", "ping", "ping"]
    page.get_by_role("button", name="Chelsea the cat").click()
    expect(page.locator("[data-part=verdict]")).to_have_text("That is a cat.")
    assert len(lines) == 1
