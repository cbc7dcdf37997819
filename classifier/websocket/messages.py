"""Messages of ``/ws/classify``, protocol version 1: types, validation and encoding.

``static/js/connection/protocol.js`` is the counterpart in the browser; ``docs/asyncapi.yaml`` is generated from here.
"""

import json
from typing import Annotated, Final, Literal, NoReturn
from uuid import UUID

import msgspec
from django.conf import settings
from msgspec import UNSET, Meta, Struct, UnsetType
from msgspec.structs import force_setattr

from classifier.errors import SENTENCES, ClassifierError, ProtocolError
from classifier.history.recorder import NewRecord
from classifier.imaging import limits
from classifier.imaging.crops import Views
from classifier.inference.artifact import Artifact
from classifier.prediction.result import Heatmap, Probability, ScoredClass, SquirrelAnswer, Timings, Verdict
from classifier.websocket.tickets import Ticket

SUBPROTOCOL = "classify.v1"
VERSION: Final = 1
#: Jobs of one connection that may be in flight.
MAX_IN_FLIGHT = 4
MAX_TOP = 10
#: Classes of one job that may be explained.
MAX_EXPLAINED = 5
MAX_NAME_CHARS = 255
#: Characters of one text frame.
MAX_TEXT_CHARS = 16_384

Seconds = Annotated[float, Meta(ge=0)]
ClassIndex = Annotated[int, Meta(ge=0, le=999)]


# --- Messages of the client ----------------------------------------------------------------------


class Authenticate(Struct, frozen=True, tag="authenticate"):
    """First message of a connection. Sent again to renew the ticket."""

    ticket: str


class Classify(Struct, frozen=True, tag="classify"):
    """Announce one picture of ``size`` bytes, which follows as the next binary frame.

    ``explain`` is true for the heatmaps of the verdict and of the most probable classes, or lists class indices.
    """

    id: UUID
    size: Annotated[int, Meta(ge=0, le=2**53)]
    views: Views = Views.BEST
    top: Annotated[int, Meta(ge=1, le=MAX_TOP)] = 5
    threshold: Probability = 0.0
    explain: bool | Annotated[tuple[ClassIndex, ...], Meta(max_length=MAX_EXPLAINED)] = False
    keep: bool = False
    record: bool = True
    name: str = ""

    def __post_init__(self) -> None:
        _check_version(self.id)
        force_setattr(self, "name", _printable(self.name[:MAX_NAME_CHARS]))


class Cancel(Struct, frozen=True, tag="cancel"):
    """Cancel a job: a queued job is removed, the result of a running job is not sent."""

    id: UUID

    def __post_init__(self) -> None:
        _check_version(self.id)


class Ping(Struct, frozen=True, tag="ping"):
    """Reset the idle timeout of the connection."""


ClientMessage = Authenticate | Classify | Cancel | Ping


# --- Messages of the server ----------------------------------------------------------------------


class ServerMessage(Struct, frozen=True, forbid_unknown_fields=True, tag=str.lower):
    """Base of the messages to the client; their ``type`` is the name of the class in lower case."""


class ModelInfo(Struct, frozen=True, forbid_unknown_fields=True):
    """Name and version of the model that answers."""

    name: str
    version: str


class Limits(Struct, frozen=True, forbid_unknown_fields=True):
    """Limits on one picture and on the jobs of one connection."""

    max_bytes: int
    max_pixels: int
    max_in_flight: int
    formats: tuple[str, ...]


class Hello(ServerMessage, frozen=True):
    """The ticket is valid; the connection takes jobs."""

    protocol: Literal[1]
    model: ModelInfo
    limits: Limits
    keep_photos: Literal["ask", "never", "always"]
    verdict_threshold: Probability
    ticket_expires_in: Annotated[int, Meta(ge=0)]


class Pong(ServerMessage, frozen=True):
    """Reply to ``ping``."""


class Queued(ServerMessage, frozen=True):
    """The job waits at ``position``, 1…."""

    id: UUID
    position: Annotated[int, Meta(ge=1)]


class Cancelled(ServerMessage, frozen=True):
    """No result will be sent for this job."""

    id: UUID


class Result(ServerMessage, frozen=True):
    """Answer to one job. ``predictions`` leaves out classes below the job's threshold."""

    id: UUID
    record: UUID
    verdict: Verdict
    squirrel: SquirrelAnswer
    animal: Probability
    predictions: Annotated[tuple[ScoredClass, ...], Meta(max_length=MAX_TOP)]
    views: Views
    model: ModelInfo
    timings: Timings
    heatmap: Heatmap | UnsetType = UNSET


class Error(ServerMessage, frozen=True):
    """A rejected message or job; ``id`` only if it concerns one job, ``retry_after`` in seconds."""

    code: Annotated[str, Meta(extra_json_schema={"enum": list(SENTENCES)})]
    message: str
    id: UUID | UnsetType = UNSET
    retry_after: Seconds | UnsetType = UNSET


SERVER_MESSAGES = (Hello, Queued, Result, Cancelled, Error, Pong)
CLIENT_MESSAGES = (Authenticate, Classify, Cancel, Ping)


# --- Decoding ------------------------------------------------------------------------------------


class RejectedClassifyError(ProtocolError):
    """A ``classify`` with an invalid field; its binary frame follows anyway. ``job`` is its id, if that is valid."""

    def __init__(self, error: ProtocolError, job: UUID | None) -> None:
        super().__init__(error.code, error.message)
        self.job = job


_CLIENT_TYPES = tuple(str(message.__struct_config__.tag) for message in CLIENT_MESSAGES)
_decoder = msgspec.json.Decoder(ClientMessage)
_encoder = msgspec.json.Encoder()


def decode(text: str) -> ClientMessage:
    """Decode one text frame. Raises ``ProtocolError`` that names the invalid field and what it must be."""
    if len(text) > MAX_TEXT_CHARS:
        raise invalid(f"a message has at most {MAX_TEXT_CHARS} characters")
    try:
        message: ClientMessage = _decoder.decode(text)
    except (msgspec.MsgspecError, RecursionError):
        return _decode_slowly(text)
    return message


def _decode_slowly(text: str) -> ClientMessage:
    """Decode text that the fast decoder rejects: invalid messages, and file names with half a surrogate pair.

    ``json`` accepts such names, ``msgspec`` does not (RFC 8259, 8.2, leaves it open).
    """
    try:
        fields = json.loads(text, parse_constant=_reject_constant)
    except (ValueError, RecursionError):
        raise invalid("the text is not JSON") from None
    try:
        message: ClientMessage = msgspec.convert(fields, ClientMessage)
    except msgspec.ValidationError as error:
        raise _rejection(fields, error) from None
    return message


def _reject_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _rejection(fields: object, error: msgspec.ValidationError) -> ProtocolError:
    if not isinstance(fields, dict):
        return invalid("a message is a JSON object")
    if fields.get("type") not in _CLIENT_TYPES:
        return invalid(f"type must be one of {', '.join(_CLIENT_TYPES)}")
    rejection = invalid(describe(error))
    return RejectedClassifyError(rejection, _job_id(fields)) if fields["type"] == "classify" else rejection


def describe(error: msgspec.ValidationError) -> str:
    """Return a validation error with its field first: ``top: expected `int` <= 10``."""
    problem, separator, path = str(error).partition(" - at `$")
    return f"{path.strip('.`')}: {problem[0].lower()}{problem[1:]}" if separator else problem


def invalid(detail: str) -> ProtocolError:
    """Return the error for a message that does not follow the protocol."""
    return ProtocolError("protocol.invalid", f"This message does not follow the protocol: {detail}.")


def _job_id(fields: dict[str, object]) -> UUID | None:
    try:
        return msgspec.convert({"type": "cancel", "id": fields.get("id")}, Cancel).id
    except msgspec.ValidationError:
        return None


def _check_version(job: UUID) -> None:
    if job.version != 4:
        raise ValueError("id: expected a UUIDv4")


def _printable(text: str) -> str:
    """Return ``text`` without control characters and lone surrogates, which databases cannot store."""
    return "".join(filter(str.isprintable, text.encode("utf-8", "replace").decode("utf-8")))


# --- Encoding ------------------------------------------------------------------------------------


def encode(message: Struct) -> str:
    """Encode a message as JSON."""
    return _encoder.encode(message).decode()


def hello(model: Artifact, ticket: Ticket) -> Hello:
    """Return the ``hello`` message for a valid ticket."""
    return Hello(
        protocol=VERSION,
        model=ModelInfo(model.name, model.version),
        limits=Limits(limits.MAX_BYTES, limits.MAX_PIXELS, MAX_IN_FLIGHT, limits.FORMATS),
        keep_photos=settings.KEEP_PHOTOS.value,
        verdict_threshold=settings.VERDICT_THRESHOLD,
        ticket_expires_in=ticket.expires_in,
    )


def result(job: Classify, record: NewRecord) -> Result:
    """Return the ``result`` message. The job's threshold filters the predictions, never the verdict."""
    answer = record.result
    return Result(
        id=job.id,
        record=record.id,
        verdict=answer.verdict,
        squirrel=answer.squirrel,
        animal=answer.animal,
        predictions=tuple(scored for scored in answer.predictions if scored.score >= job.threshold),
        views=answer.views,
        model=ModelInfo(answer.model_name, answer.model_version),
        timings=answer.timings,
        heatmap=answer.heatmap or UNSET,
    )


def error(error: ClassifierError, job: UUID | None = None) -> Error:
    """Return the ``error`` message, with the job's id if the error concerns one job."""
    retry_after = UNSET if error.retry_after is None else error.retry_after
    return Error(error.code, error.message, job or UNSET, retry_after)
