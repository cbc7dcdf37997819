"""The choices by which one codebase is deployed: role, environment, engine, precision, consent, log level."""

from enum import StrEnum


class Role(StrEnum):
    """What this process is for. Ask for a capability, never for a name."""

    FRONTEND = "frontend"
    BACKEND = "backend"
    ALL = "all"

    @property
    def serves_pages(self) -> bool:
        """Whether this process serves the pages, tickets and the admin."""
        return self is not Role.BACKEND

    @property
    def classifies(self) -> bool:
        """Whether this process holds the model and answers on the socket."""
        return self is not Role.FRONTEND

    @property
    def is_whole(self) -> bool:
        """Whether this process needs no other."""
        return self.serves_pages and self.classifies


class Environment(StrEnum):
    """Where this process runs: on somebody's machine, or for the public."""

    LOCAL = "local"
    PRODUCTION = "production"

    @property
    def is_public(self) -> bool:
        """Whether secrets must be given and insecure defaults are refused."""
        return self is Environment.PRODUCTION


class Engine(StrEnum):
    """What computes the model's answer."""

    LITERT = "litert"
    TENSORFLOW = "tensorflow"


class Precision(StrEnum):
    """What the model computes in."""

    FLOAT32 = "float32"
    INT8 = "int8"


class KeepPhotos(StrEnum):
    """Who decides whether a photo outlives its answer: the person, or the operator."""

    ASK = "ask"
    NEVER = "never"
    ALWAYS = "always"

    def keeps(self, *, consented: bool) -> bool:
        """Whether a photo is stored whose person ticked "Keep", or did not."""
        return self is KeepPhotos.ALWAYS or (consented and self is KeepPhotos.ASK)


class LogLevel(StrEnum):
    """How much the log says."""

    DEBUG = "DEBUG"
    INFO = "INFO"
    WARNING = "WARNING"
    ERROR = "ERROR"


class LogFormat(StrEnum):
    """Who reads the log."""

    PLAIN = "plain"
    JSON = "json"
