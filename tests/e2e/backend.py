"""A backend inside the browser's network layer, for what the real one does not do on demand."""

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
GUESSES = (
    ("fox squirrel", 0.41, True),
    ("marmot", 0.12, True),
    ("mongoose", 0.08, True),
    ("hay", 0.05, False),
    ("hen", 0.02, True),
)


def result(kind: str = "species", display: str = "marmot", score: float = 0.91) -> dict[str, Any]:
    """A ``result`` without its id."""
    said = f"a {display}"
    verdict = {"kind": kind, "display": display, "headline": said, "perhaps": said, "score": score, "reason": display}
    return {
        "type": "result",
        "verdict": verdict,
        "squirrel": "maybe",
        "animal": 0.9,
        "predictions": [
            {"display": name, "score": score, "index": index, "is_animal": animal}
            for index, (name, score, animal) in enumerate(GUESSES)
        ],
        "model": HELLO["model"],
        "timings": {"total_ms": 31.0},
    }


@dataclass
class Backend:
    """Says hello, and ``reply`` to every ``classify``: a message, a close code, or ``None`` to keep quiet."""

    reply: dict[str, Any] | int | None = None
    jobs: list[dict[str, Any]] = field(default_factory=list)
    cancelled: list[str] = field(default_factory=list)
    lines: list[WebSocketRoute] = field(default_factory=list)

    def serve(self, page: Page) -> "Backend":
        page.route_web_socket("**/ws/classify", self._open)
        return self

    def _open(self, line: WebSocketRoute) -> None:
        self.lines.append(line)
        line.on_message(lambda message: self._hear(line, message))

    def _hear(self, line: WebSocketRoute, message: str | bytes) -> None:
        if isinstance(message, bytes):
            return
        fields = json.loads(message)
        if fields["type"] == "authenticate":
            line.send(json.dumps(HELLO))
        elif fields["type"] == "classify":
            self._answer(line, fields)
        elif fields["type"] == "cancel":
            self.cancelled.append(fields["id"])

    def _answer(self, line: WebSocketRoute, job: dict[str, Any]) -> None:
        self.jobs.append(job)
        if isinstance(self.reply, int):
            line.close(code=self.reply)
        elif self.reply:
            line.send(json.dumps({**self.reply, "id": job["id"]}))
