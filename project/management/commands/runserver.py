"""``manage.py runserver``: daphne's own, on this project's server class."""

from typing import Any

from daphne.management.commands.runserver import Command as DaphneRunserver
from daphne.management.commands.runserver import get_default_application

from project.server import Server


class Command(DaphneRunserver):
    server_cls = Server

    def get_application(self, options: dict[str, Any]) -> Any:
        """The same application as ``serve`` runs."""
        return get_default_application()
