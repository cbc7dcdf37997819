"""Makes the project an app, so that its commands and checks are found ahead of everybody else's."""

from typing import Any

from django.apps import AppConfig, apps
from django.core.management import call_command
from django.db.models.signals import post_migrate


class ProjectConfig(AppConfig):
    name = "project"

    def ready(self) -> None:
        from project import checks  # noqa: F401, PLC0415 - registers itself once apps are loaded

        # Django sends this for apps with models only; it is axes that counts there.
        post_migrate.connect(_make_cache_tables, sender=apps.get_app_config("axes"))


def _make_cache_tables(**_: Any) -> None:
    """What ``migrate`` leaves out: the table that counts failed logins."""
    call_command("createcachetable", verbosity=0)
