"""Log format, plain text or JSON, and the level of each logger."""

from typing import Any

from project.roles import LogFormat, LogLevel


def build_logging_setting(level: LogLevel, log_format: LogFormat) -> dict[str, Any]:
    """Return Django's ``LOGGING``. Each job is logged only in JSON or at level ``DEBUG``."""
    logs_jobs = log_format is LogFormat.JSON or level is LogLevel.DEBUG
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "plain": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"},
            "json": {
                "()": "pythonjsonlogger.json.JsonFormatter",
                "format": "{asctime}{levelname}{name}{message}",
                "style": "{",
                "rename_fields": {"asctime": "time", "levelname": "level", "name": "logger"},
            },
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": log_format.value}},
        "root": {"handlers": ["stderr"], "level": "WARNING"},
        "loggers": {
            "PIL": {"level": "CRITICAL"},  # the client gets an error for a damaged image
            "classifier": {"level": level.value},
            "classifier.jobs": {"level": "INFO" if logs_jobs else "WARNING"},
            "project": {"level": level.value},
            "psycopg.pool": {"level": "ERROR"},  # repeats every second what the delivery worker logs once
        },
    }
