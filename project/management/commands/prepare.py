"""``manage.py prepare``: model, database and static files, whatever of it is missing."""

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from classifier.modelbuild import weights
from classifier.modelbuild.weights import WeightsError


class Command(BaseCommand):
    help = "Makes ready what serving needs: the model, the database, the static files. Seconds when all is there."
    requires_system_checks = ()

    def handle(self, *_: Any, **__: Any) -> None:
        if settings.ROLE.classifies:
            call_command("build_model", stdout=self.stdout)
        else:
            self._extract_photos()
        call_command("migrate", verbosity=0, interactive=False)
        if settings.ROLE.serves_pages and not settings.DEBUG:
            call_command("collectstatic", verbosity=0, interactive=False, clear=False)
        self.stdout.write("Database and static files are ready.")

    def _extract_photos(self) -> None:
        """The page's examples, which a role with a model gets with its build."""
        try:
            weights.extract_photos(settings.PHOTOS_DIR, settings.BUILD_DIR / "downloads", self.stdout.write)
        except WeightsError as error:
            raise CommandError(str(error)) from error
