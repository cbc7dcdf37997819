"""The wire, version 1: messages ↔ dataclasses, names and limits. Twin of ``static/js/connection/protocol.js``."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings

from classifier.errors import ClassifierError, ProtocolError
from classifier.history.recorder import NewRecord
from classifier.imaging import limits
from classifier.imaging.crops import Views
from classifier.inference.artifact import Artifact
from classifier.websocket import close_codes, reading
from classifier.websocket.reading import Fields
from classifier.websocket.tickets import Ticket

SUBPROTOCOL = "classify.v1"
VERSION = 1
MAX_IN_FLIGHT = 4
MAX_TOP = 10
MAX_NAME_CHARS = 255
MAX_TEXT_CHARS = 16_384
AUTHENTICATE_WITHIN_S = 5
SILENCE_S = 150
PROTOCOL_ERRORS_PER_MINUTE = 10
#: Messages that a client may send ahead of answers; as many come back within a minute, and some with each answer.
MESSAGES = 300
MESSAGES_PER_ANSWER = 3

#: Faults that end the socket, whatever else is going on.
CLOSES = {
    "auth.required": close_codes.UNAUTHENTICATED,
    "auth.invalid": close_codes.UNAUTHENTICATED,
    "auth.origin": close_codes.FORBIDDEN_ORIGIN,
}
#: Why a socket is not even opened.
CLOSES_AT_OPENING = {**CLOSES, "rate.limited": close_codes.RATE_LIMITED, "server.draining": close_codes.DRAINING}
#: When another server is asked; a client that lost its line waits about as long by itself.
RETRY_AFTER_DRAINING_S = 1.0


@dataclass(frozen=True, slots=True)
class Authenticate:
    """Always the first message; sent again to renew."""

    ticket: str


@dataclass(frozen=True, slots=True)
class Classify:
    """Announces one picture of ``size`` bytes, which follows as the next binary frame."""

    id: UUID
    size: int
    views: Views = Views.BEST
    top: int = 5
    threshold: float = 0.0
    explain: bool = False
    classes: tuple[int, ...] = ()
    keep: bool = False
    record: bool = True
    name: str = ""


@dataclass(frozen=True, slots=True)
class Cancel:
    """Gives a job up: a queued one is dropped, the result of a running one is not sent."""

    id: UUID


@dataclass(frozen=True, slots=True)
class Ping:
    """Keeps the line open."""


Message = Authenticate | Classify | Cancel | Ping


class RefusedClassify(ProtocolError):
    """A ``classify`` with a bad field; its frame follows all the same. ``job``: its id, if it has one."""

    def __init__(self, fault: ProtocolError, job: UUID | None) -> None:
        super().__init__(fault.code, fault.message)
        self.job = job


def parse(text: str) -> Message:
    """One text frame as a message. Raises ``ProtocolError`` saying which field is wrong, and what it must be."""
    if len(text) > MAX_TEXT_CHARS:
        raise reading.invalid(f"a message has at most {MAX_TEXT_CHARS} characters")
    fields = reading.json_object(text)
    kind = fields.get("type")
    if not isinstance(kind, str) or kind not in READERS:
        raise reading.invalid(f"type must be one of {', '.join(READERS)}")
    return READERS[kind](fields)


def _authenticate(fields: Fields) -> Authenticate:
    return Authenticate(reading.string(fields, "ticket"))


def _classify(fields: Fields) -> Classify:
    job: UUID | None = None
    try:
        job = reading.uuid4(fields, "id")
        return _announcement(job, fields)
    except ProtocolError as fault:
        raise RefusedClassify(fault, job) from None


def _announcement(job: UUID, fields: Fields) -> Classify:
    explain, classes = reading.explanation(fields, "explain")
    return Classify(
        id=job,
        size=reading.whole(fields, "size", None, 0, 2**53),
        views=reading.views(fields, "views", Views.BEST),
        top=reading.whole(fields, "top", 5, 1, MAX_TOP),
        threshold=reading.fraction(fields, "threshold", 0.0),
        explain=explain,
        classes=classes,
        keep=reading.boolean(fields, "keep", default=False),
        record=reading.boolean(fields, "record", default=True),
        name=reading.clean(reading.string(fields, "name", "")[:MAX_NAME_CHARS]),
    )


def _cancel(fields: Fields) -> Cancel:
    return Cancel(reading.uuid4(fields, "id"))


def _ping(_: Fields) -> Ping:
    return Ping()


READERS: dict[str, Callable[[Fields], Message]] = {
    "authenticate": _authenticate,
    "classify": _classify,
    "cancel": _cancel,
    "ping": _ping,
}


def hello(model: Artifact, ticket: Ticket) -> dict[str, Any]:
    """The ``hello`` message: the ticket holds, and this is what may be asked of whom."""
    return {
        "type": "hello",
        "protocol": VERSION,
        "model": {"name": model.name, "version": model.version},
        "limits": {
            "max_bytes": limits.MAX_BYTES,
            "max_pixels": limits.MAX_PIXELS,
            "max_in_flight": MAX_IN_FLIGHT,
            "formats": list(limits.FORMATS),
        },
        "keep_photos": settings.KEEP_PHOTOS,
        "verdict_threshold": settings.VERDICT_THRESHOLD,
        "ticket_expires_in": ticket.expires_in,
    }


def queued(job: UUID, position: int) -> dict[str, Any]:
    """The ``queued`` message: a job has to wait, and is this many-th in the queue, 1…."""
    return {"type": "queued", "id": str(job), "position": position}


def cancelled(job: UUID) -> dict[str, Any]:
    """The ``cancelled`` message: no result will come for this job."""
    return {"type": "cancelled", "id": str(job)}


def result(job: Classify, entry: NewRecord) -> dict[str, Any]:
    """The ``result`` message. The threshold filters the predictions, never the verdict."""
    answer = entry.result
    message = {
        "type": "result",
        "id": str(job.id),
        "record": str(entry.id),
        "verdict": answer.verdict.as_json() | {"score": round(answer.verdict.score, 6)},
        "squirrel": answer.squirrel,
        "animal": round(answer.animal, 6),
        "predictions": [scored.as_json() for scored in answer.predictions if scored.score >= job.threshold],
        "views": answer.views,
        "model": {"name": answer.model_name, "version": answer.model_version},
        "timings": answer.timings.as_json(),
    }
    return message | ({"heatmap": answer.heatmap.as_json()} if answer.heatmap else {})


def error(fault: ClassifierError, job: UUID | None = None) -> dict[str, Any]:
    """The ``error`` message; ``id`` only when it is about one job."""
    fields: dict[str, Any] = {"type": "error", "code": fault.code, "message": fault.message}
    if job is not None:
        fields["id"] = str(job)
    if fault.retry_after is not None:
        fields["retry_after"] = fault.retry_after
    return fields
