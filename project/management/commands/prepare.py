"""``manage.py prepare``: build the model, migrate the database and collect static files, as far as needed."""

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from classifier.modelbuild import weights
from classifier.modelbuild.weights import WeightsError


class Command(BaseCommand):
    help = "Build the model if it is missing, migrate the database and collect the static files."
    requires_system_checks = ()

    def handle(self, *_: Any, **__: Any) -> None:
        if settings.ROLE.classifies:
            call_command("build_model", stdout=self.stdout)
        else:
            self._extract_example_photos()
        call_command("migrate", verbosity=0, interactive=False)
        if settings.ROLE.serves_pages and not settings.DEBUG:
            call_command("collectstatic", verbosity=0, interactive=False, clear=False)
        self.stdout.write("Database and static files are ready.")

    def _extract_example_photos(self) -> None:
        """Extract the example photos of the page. For other roles ``build_model`` extracts them."""
        try:
            weights.extract_photos(settings.PHOTOS_DIR, settings.BUILD_DIR / "downloads", self.stdout.write)
        except WeightsError as error:
            raise CommandError(str(error)) from error
