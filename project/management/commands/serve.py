"""``manage.py serve``: the product, as it runs behind a load balancer or for ``make run``."""

from argparse import ArgumentParser
from typing import Any

from daphne.endpoints import build_endpoint_description_strings
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from project.server import Server


class Command(BaseCommand):
    help = "Serves this role. The port opens when it can answer."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default=settings.HOST)
        parser.add_argument("--port", type=int, default=settings.PORT, help="0 takes any free port")

    def handle(self, *_: Any, **options: Any) -> None:
        from project.asgi import application  # noqa: PLC0415 - needs the apps, which commands are found before

        host, port = options["host"], options["port"]
        server = Server(
            application=application,
            endpoints=build_endpoint_description_strings(host=host, port=port),
        )
        server.run()
        if server.refusal:
            raise CommandError(f"{host}:{port} cannot be opened: {server.refusal} (another PORT= may be free)")
