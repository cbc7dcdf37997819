"""Choices of a deployment: role, environment, engine, precision, consent, log level and log format."""

from enum import StrEnum


class Role(StrEnum):
    """The part of the product that this process runs. Other code reads its properties instead of comparing it."""

    FRONTEND = "frontend"
    BACKEND = "backend"
    ALL = "all"

    @property
    def serves_pages(self) -> bool:
        """Return whether this process serves pages, tickets and the admin."""
        return self is not Role.BACKEND

    @property
    def classifies(self) -> bool:
        """Return whether this process loads the model and classifies photos."""
        return self is not Role.FRONTEND

    @property
    def is_whole(self) -> bool:
        """Return whether this process needs no process of another role."""
        return self.serves_pages and self.classifies


class Environment(StrEnum):
    """A local machine or production."""

    LOCAL = "local"
    PRODUCTION = "production"

    @property
    def is_public(self) -> bool:
        """Return whether the process requires secrets and rejects insecure defaults."""
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
    """Minimum level of the log lines that are written."""

    DEBUG = "DEBUG"
    INFO = "INFO"
    WARNING = "WARNING"
    ERROR = "ERROR"


class LogFormat(StrEnum):
    """Plain text for people or JSON for log collectors."""

    PLAIN = "plain"
    JSON = "json"
