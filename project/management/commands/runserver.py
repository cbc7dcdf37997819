"""``manage.py runserver``: daphne's command with this project's server class."""

from typing import Any

from daphne.management.commands.runserver import Command as DaphneRunserver
from daphne.management.commands.runserver import get_default_application

from project.server import Server


class Command(DaphneRunserver):
    server_cls = Server

    def get_application(self, options: dict[str, Any]) -> Any:
        """Return the application that ``serve`` runs, without daphne's static file handler."""
        return get_default_application()
