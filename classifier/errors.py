"""Errors of requests, as one tree.

::

    ClassifierError              code, message, retry_after
    ├── ClientError              rate.*; the client can correct it; the message may carry detail
    │   ├── ImageError           image.*
    │   ├── JobError             job.*
    │   ├── AuthError            auth.*
    │   └── ProtocolError        protocol.*
    └── ServerError              server.*; a code and a log line, no detail

Clients depend on the codes; the messages are for people. A client error may have a more specific message.
"""

#: The default message of each code.
SENTENCES = {
    "image.unreadable": "This file isn't a picture we can read. JPEG, PNG, WebP, HEIC and a few more work.",
    "image.too_large": "This file is too large. Pictures up to 10 MB work.",
    "image.too_many_pixels": "This picture has too many pixels. Up to 50 megapixels work.",
    "image.unsupported_format": "We don't read this kind of file. JPEG, PNG, WebP, HEIC and a few more work.",
    "image.truncated": "This picture is incomplete. Part of the file is missing.",
    "image.empty": "This file is empty.",
    "job.running": "This photo is already being classified.",
    "job.unknown": "There is no job with this id.",
    "job.timeout": "Classifying this photo took too long. Please try again.",
    "job.too_many": "Too many photos at once. Wait for an answer before you send the next photo.",
    "server.overloaded": "The server is busy right now. Please try again in a moment.",
    "server.draining": "This server is about to restart. Please reconnect.",
    "server.internal": "Something went wrong on our side.",
    "rate.limited": "Too many requests in a short time. Please wait a moment.",
    "auth.required": "A ticket is required. Send it first.",
    "auth.invalid": "This ticket is not valid.",
    "auth.expired": "This ticket has expired. Request a new one.",
    "auth.origin": "Pages from this origin may not use this server.",
    "protocol.invalid": "This message is not part of the protocol.",
    "protocol.unexpected_binary": "Each picture needs a classify message before it.",
}


class ClassifierError(Exception):
    """An error with a dotted code of ``SENTENCES`` and a message for people, by default the sentence of the code.

    ``retry_after``: seconds that the client should wait before it tries again, or ``None``.
    """

    def __init__(self, code: str, message: str = "", *, retry_after: float | None = None) -> None:
        self.code = code
        self.message = message or SENTENCES[code]
        self.retry_after = retry_after
        super().__init__(self.message)


class ClientError(ClassifierError):
    """An error that the client can correct."""


class ImageError(ClientError):
    """The file is not a picture that this server accepts."""


class JobError(ClientError):
    """The job cannot be started, found or finished."""


class AuthError(ClientError):
    """The ticket is missing, invalid or expired, or the origin is not allowed."""


class ProtocolError(ClientError):
    """The message is not part of the protocol."""


class ServerError(ClassifierError):
    """The server cannot answer now, or has failed."""
