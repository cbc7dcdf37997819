"""Choices of a deployment: role, environment, engine, precision, consent, log level and log format."""

from enum import StrEnum


class Role(StrEnum):
    """The part of the product that this process runs. Code tests a capability, never the name of a role."""

    FRONTEND = "frontend"
    BACKEND = "backend"
    ALL = "all"

    @property
    def serves_pages(self) -> bool:
        """Whether this process serves pages, tickets and the admin."""
        return self is not Role.BACKEND

    @property
    def classifies(self) -> bool:
        """Whether this process loads the model and classifies photos."""
        return self is not Role.FRONTEND

    @property
    def is_whole(self) -> bool:
        """Whether this process works without another one."""
        return self.serves_pages and self.classifies


class Environment(StrEnum):
    """A local machine or production."""

    LOCAL = "local"
    PRODUCTION = "production"

    @property
    def is_public(self) -> bool:
        """Whether the process requires secrets and rejects insecure defaults."""
        return self is Environment.PRODUCTION


class Engine(StrEnum):
    """Library that runs the model."""

    LITERT = "litert"
    TENSORFLOW = "tensorflow"


class Precision(StrEnum):
    """Number format of the model."""

    FLOAT32 = "float32"
    INT8 = "int8"


class KeepPhotos(StrEnum):
    """Policy for storing photos: with the user's consent, never, or always."""

    ASK = "ask"
    NEVER = "never"
    ALWAYS = "always"

    def keeps(self, *, consented: bool) -> bool:
        """Return whether to store a photo whose user did or did not consent."""
        return self is KeepPhotos.ALWAYS or (consented and self is KeepPhotos.ASK)


class LogLevel(StrEnum):
    """Lowest level of log lines that are written."""

    DEBUG = "DEBUG"
    INFO = "INFO"
    WARNING = "WARNING"
    ERROR = "ERROR"


class LogFormat(StrEnum):
    """Plain text for people or JSON for log collectors."""

    PLAIN = "plain"
    JSON = "json"
