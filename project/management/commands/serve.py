"""``manage.py serve``: run this role, for ``make run`` and in production."""

from argparse import ArgumentParser
from typing import Any

from daphne.endpoints import build_endpoint_description_strings
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from project.server import Server


class Command(BaseCommand):
    help = "Serve this role. The port opens once the model is loaded."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default=settings.HOST)
        parser.add_argument("--port", type=int, default=settings.PORT, help="0 selects a free port")

    def handle(self, *_: Any, **options: Any) -> None:
        from project.asgi import application  # noqa: PLC0415 - the import needs loaded apps

        host, port = options["host"], options["port"]
        server = Server(
            application=application,
            endpoints=build_endpoint_description_strings(host=host, port=port),
        )
        server.run()
        if server.listen_error_message:
            message = f"{host}:{port} cannot be opened: {server.listen_error_message} Set another PORT."
            raise CommandError(message)
