"""Everything that can go wrong with a request, as one tree.

::

    ClassifierError              code, message, retry_after
    ├── ClientFault              the asker can mend it; carries detail
    │   ├── PictureError         image.*
    │   ├── JobError             job.*
    │   ├── AuthError            auth.*
    │   └── ProtocolError        protocol.*
    └── ServerFault              server.*; a code and a log line, no detail

A code is the contract; its sentence is for people. Client faults may replace the sentence by a closer one.
"""

SENTENCES = {
    "image.unreadable": "This file isn't a picture we can read. JPEG, PNG, WebP, HEIC and a few more work.",
    "image.too_large": "This file is too large. Pictures up to 10 MB work.",
    "image.too_many_pixels": "This picture has too many pixels. Up to 50 megapixels work.",
    "image.unsupported_format": "We don't read this kind of file. JPEG, PNG, WebP, HEIC and a few more work.",
    "image.truncated": "This picture is cut off: part of the file is missing.",
    "image.empty": "This file is empty.",
    "job.running": "This photo is already being looked at.",
    "job.unknown": "There is no such job.",
    "job.timeout": "This photo took too long and was given up. Please try it again.",
    "job.too_many": "Too many photos at once. Wait for an answer before you send the next.",
    "server.overloaded": "Many people are asking right now. Please try again in a moment.",
    "server.draining": "This server is about to restart. Please connect again.",
    "server.internal": "Something went wrong on our side.",
    "rate.limited": "That was a lot in a short time. Please wait a moment.",
    "auth.required": "Send a ticket first.",
    "auth.invalid": "This ticket is not valid.",
    "auth.expired": "This ticket has expired. Fetch a new one.",
    "auth.origin": "Pages of this site may not use this server.",
    "protocol.invalid": "This message is not part of the protocol.",
    "protocol.unexpected_binary": "A picture came that was not announced.",
}


class ClassifierError(Exception):
    """A refusal with a dotted code, a sentence for people, and perhaps seconds to wait before trying again."""

    def __init__(self, code: str, message: str = "", *, retry_after: float | None = None) -> None:
        self.code = code
        self.message = message or SENTENCES[code]
        self.retry_after = retry_after
        super().__init__(self.message)


class ClientError(ClassifierError):
    """The asker can mend it."""


class ImageError(ClientError):
    """The bytes are not a picture that this server takes."""


class JobError(ClientError):
    """A job that cannot be started, found or finished."""


class AuthError(ClientError):
    """Who asks, or from where, is not known or not allowed."""


class ProtocolError(ClientError):
    """A message that the protocol does not have."""


class ServerError(ClassifierError):
    """The server cannot answer, now or at all."""
