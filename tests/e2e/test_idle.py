"""Idle connections. Slow: ``make slow`` runs it."""

import json

import pytest
from playwright.sync_api import Page, WebSocket, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeoutError

from tests.e2e.conftest import verdict_of

IDLE_MS = 90_000


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_the_connection_stays_open_for_90_seconds_without_a_photo(page: Page):
    connections: list[WebSocket] = []
    sent: list[str | bytes] = []

    def note(frame: str | bytes) -> None:
        sent.append(frame)

    def attach(connection: WebSocket) -> None:
        connections.append(connection)
        connection.on("framesent", note)

    page.on("websocket", attach)
    page.goto("/")
    page.locator("[data-connection=ready]").wait_for()
    with pytest.raises(PlaywrightTimeoutError):  # no close event must arrive
        connections[0].wait_for_event("close", timeout=IDLE_MS)
    assert [json.loads(frame)["type"] for frame in sent] == ["authenticate", "ping", "ping", "ping"]
    page.get_by_role("button", name="Chelsea the cat").click()
    expect(verdict_of(page)).to_have_text("That is a cat.")
    assert len(connections) == 1
