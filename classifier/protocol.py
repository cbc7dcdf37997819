"""The wire, version 1: messages ↔ dataclasses, names and limits. Twin of ``static/js/protocol.js``."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from django.conf import settings

from classifier import images
from classifier.crops import Views
from classifier.errors import ClassifierError, ProtocolError
from classifier.history import Entry
from classifier.inference.artifact import Artifact
from classifier.tickets import Ticket

SUBPROTOCOL = "classify.v1"
VERSION = 1
MAX_IN_FLIGHT = 4
MAX_TOP = 10
MAX_CLASSES = 5
MAX_NAME_CHARS = 255
AUTHENTICATE_WITHIN_S = 5
SILENCE_S = 150
#: A full-size photo fits as base64 in one message.
MAX_MESSAGE_BYTES = 14 * 1024 * 1024 + 64 * 1024
PROTOCOL_ERRORS_PER_MINUTE = 10

CLOSE_PROTOCOL = 4400
CLOSE_AUTH = 4401
CLOSE_ORIGIN = 4403
CLOSE_SILENCE = 4408
#: Faults that end the socket, whatever else is going on.
CLOSES = {"auth.required": CLOSE_AUTH, "auth.invalid": CLOSE_AUTH, "auth.origin": CLOSE_ORIGIN}


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
    fields = json_object(text)
    read = READERS.get(fields.get("type", "")) if isinstance(fields.get("type"), str) else None
    if read is None:
        raise _invalid(f"type must be one of {', '.join(READERS)}")
    return read(fields)


def json_object(text: str) -> dict[str, Any]:
    """The fields of one text frame. Raises ``ProtocolError``."""
    try:
        fields = json.loads(text)
    except (ValueError, RecursionError):
        raise _invalid("this text is not JSON") from None
    if not isinstance(fields, dict):
        raise _invalid("a message is a JSON object")
    return fields


def views(value: object) -> Views:
    """A field that names views. Raises ``ProtocolError``."""
    if isinstance(value, str) and value in set(Views):
        return Views(value)
    raise _invalid(f"views must be one of {', '.join(Views)}")


def fraction(fields: dict[str, Any], name: str, default: float) -> float:
    """A field that is a number, 0…1. Raises ``ProtocolError``."""
    value = fields.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise _invalid(f"{name} must be a number from 0 to 1")
    return float(value)


def _authenticate(fields: dict[str, Any]) -> Authenticate:
    ticket = fields.get("ticket")
    if not isinstance(ticket, str):
        raise _invalid("ticket must be a string")
    return Authenticate(ticket)


def _classify(fields: dict[str, Any]) -> Classify:
    job: UUID | None = None
    try:
        job = _uuid4(fields.get("id"))
        return _announcement(job, fields)
    except ProtocolError as fault:
        raise RefusedClassify(fault, job) from None


def _announcement(job: UUID, fields: dict[str, Any]) -> Classify:
    name = fields.get("name", "")
    if not isinstance(name, str):
        raise _invalid("name must be a string")
    explain, classes = _explain(fields.get("explain", False))
    return Classify(
        id=job,
        size=_whole(fields, "size", None, 0, 2**53),
        views=views(fields.get("views", Views.BEST)),
        top=_whole(fields, "top", 5, 1, MAX_TOP),
        threshold=fraction(fields, "threshold", 0.0),
        explain=explain,
        classes=classes,
        keep=_boolean(fields, "keep", default=False),
        record=_boolean(fields, "record", default=True),
        name=name[:MAX_NAME_CHARS],
    )


def _cancel(fields: dict[str, Any]) -> Cancel:
    return Cancel(_uuid4(fields.get("id")))


def _ping(_: dict[str, Any]) -> Ping:
    return Ping()


READERS: dict[str, Callable[[dict[str, Any]], Message]] = {
    "authenticate": _authenticate,
    "classify": _classify,
    "cancel": _cancel,
    "ping": _ping,
}


def _uuid4(value: object) -> UUID:
    try:
        found = UUID(value) if isinstance(value, str) else None
    except ValueError:
        found = None
    if found is None or found.version != 4:
        raise _invalid("id must be a UUIDv4")
    return found


def _explain(value: object) -> tuple[bool, tuple[int, ...]]:
    """``true`` for the verdict and the best classes, or up to five indices 0–999."""
    if isinstance(value, bool):
        return value, ()
    if isinstance(value, list) and len(value) <= MAX_CLASSES and all(type(i) is int and 0 <= i < 1000 for i in value):
        return True, tuple(value)
    raise _invalid(f"explain must be true, false or up to {MAX_CLASSES} class indices from 0 to 999")


def _whole(fields: dict[str, Any], name: str, default: int | None, minimum: int, maximum: int) -> int:
    value = fields.get(name, default)
    if type(value) is not int or not minimum <= value <= maximum:
        raise _invalid(f"{name} must be a whole number from {minimum} to {maximum}")
    return value


def _boolean(fields: dict[str, Any], name: str, *, default: bool) -> bool:
    value = fields.get(name, default)
    if not isinstance(value, bool):
        raise _invalid(f"{name} must be true or false")
    return value


def _invalid(detail: str) -> ProtocolError:
    return ProtocolError("protocol.invalid", f"This message is not part of the protocol: {detail}.")


def hello(model: Artifact, ticket: Ticket) -> dict[str, Any]:
    """The ``hello`` message: the ticket holds, and this is what may be asked of whom."""
    return {
        "type": "hello",
        "protocol": VERSION,
        "model": {"name": model.name, "version": model.version},
        "limits": {
            "max_bytes": images.MAX_BYTES,
            "max_pixels": images.MAX_PIXELS,
            "max_in_flight": MAX_IN_FLIGHT,
            "formats": list(images.FORMATS),
        },
        "verdict_threshold": settings.VERDICT_THRESHOLD,
        "ticket_expires_in": ticket.expires_in,
    }


def queued(job: UUID, position: int) -> dict[str, Any]:
    """The ``queued`` message: a job has to wait, and is this many-th in the queue, 1…."""
    return {"type": "queued", "id": str(job), "position": position}


def cancelled(job: UUID) -> dict[str, Any]:
    """The ``cancelled`` message: no result will come for this job."""
    return {"type": "cancelled", "id": str(job)}


def result(job: Classify, entry: Entry) -> dict[str, Any]:
    """The ``result`` message. The threshold filters the predictions, never the verdict."""
    answer = entry.answer
    message = {
        "type": "result",
        "id": str(job.id),
        "record": str(entry.id),
        "verdict": {**asdict(answer.verdict), "score": round(answer.verdict.score, 6)},
        "squirrel": answer.squirrel,
        "animal": round(answer.animal, 6),
        "predictions": [scored.as_json() for scored in answer.predictions if scored.score >= job.threshold],
        "views": answer.views,
        "model": {"name": entry.model_name, "version": entry.model_version},
        "timings": asdict(answer.timings),
    }
    return message | ({"heatmap": asdict(answer.heatmap)} if answer.heatmap else {})


def error(fault: ClassifierError, job: UUID | None = None) -> dict[str, Any]:
    """The ``error`` message; ``id`` only when it is about one job."""
    fields: dict[str, Any] = {"type": "error", "code": fault.code, "message": fault.message}
    if job is not None:
        fields["id"] = str(job)
    if fault.retry_after is not None:
        fields["retry_after"] = fault.retry_after
    return fields
