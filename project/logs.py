"""How the log looks: lines for people, or JSON for machines; and which voices are heard in it."""

from typing import Any

from project.roles import LogFormat, LogLevel


def configuration(level: LogLevel, form: LogFormat) -> dict[str, Any]:
    """Django's ``LOGGING``. Jobs are told one by one in JSON, or to who asks for ``DEBUG``."""
    told = form is LogFormat.JSON or level is LogLevel.DEBUG
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
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": form.value}},
        "root": {"handlers": ["stderr"], "level": "WARNING"},
        "loggers": {  # Damaged pictures are answered in words; what the decoder thinks of them is noise.
            "PIL": {"level": "CRITICAL"},
            "classifier": {"level": level.value},
            "classifier.jobs": {"level": "INFO" if told else "WARNING"},
            "project": {"level": level.value},
            "psycopg.pool": {"level": "ERROR"},  # says every second what we say once
        },
    }
