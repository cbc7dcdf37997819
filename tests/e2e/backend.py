"""Fake backend in the browser's network layer, for messages that the real backend does not send on demand."""

import json
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Page, WebSocketRoute

HELLO = {
    "type": "hello",
    "protocol": 1,
    "model": {"name": "MobileNetV2", "version": "1"},
    "limits": {"max_bytes": 10_485_760, "max_in_flight": 4},
    "ticket_expires_in": 600,
}
PREDICTIONS = (
    ("fox squirrel", 0.41, True),
    ("marmot", 0.12, True),
    ("mongoose", 0.08, True),
    ("hay", 0.05, False),
    ("hen", 0.02, True),
)


def make_result(kind: str = "species", display: str = "marmot", score: float = 0.91) -> dict[str, Any]:
    """Return a ``result`` message without its id."""
    phrase = f"a {display}"
    verdict = {
        "kind": kind,
        "display": display,
        "headline": phrase,
        "perhaps": phrase,
        "score": score,
        "reason": display,
    }
    return {
        "type": "result",
        "verdict": verdict,
        "squirrel": "maybe",
        "animal": 0.9,
        "predictions": [
            {"display": name, "score": score, "index": index, "is_animal": is_animal}
            for index, (name, score, is_animal) in enumerate(PREDICTIONS)
        ],
        "model": HELLO["model"],
        "timings": {"total_ms": 31.0},
    }


@dataclass
class FakeBackend:
    """Accept every connection and send ``reply`` to every job: a message, a close code, or ``None`` for no reply."""

    reply: dict[str, Any] | int | None = None
    jobs: list[dict[str, Any]] = field(default_factory=list)
    cancelled_ids: list[str] = field(default_factory=list)
    connections: list[WebSocketRoute] = field(default_factory=list)

    def serve(self, page: Page) -> "FakeBackend":
        page.route_web_socket("**/ws/classify", self._accept)
        return self

    def send(self, message: dict[str, Any], job: dict[str, Any]) -> None:
        """Send a message about one of ``jobs`` over the first connection."""
        self.connections[0].send(json.dumps({**message, "id": job["id"]}))

    def _accept(self, connection: WebSocketRoute) -> None:
        self.connections.append(connection)
        connection.on_message(lambda message: self._receive(connection, message))

    def _receive(self, connection: WebSocketRoute, message: str | bytes) -> None:
        if isinstance(message, bytes):
            return
        fields = json.loads(message)
        if fields["type"] == "authenticate":
            connection.send(json.dumps(HELLO))
        elif fields["type"] == "classify":
            self._reply(connection, fields)
        elif fields["type"] == "cancel":
            self.cancelled_ids.append(fields["id"])

    def _reply(self, connection: WebSocketRoute, job: dict[str, Any]) -> None:
        self.jobs.append(job)
        if isinstance(self.reply, int):
            connection.close(code=self.reply)
        elif self.reply:
            connection.send(json.dumps({**self.reply, "id": job["id"]}))
