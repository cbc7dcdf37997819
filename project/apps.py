"""Django app of the project. It comes first, so that its commands take precedence over those of other apps."""

from typing import Any

from django.apps import AppConfig, apps
from django.core.management import call_command
from django.db.models.signals import post_migrate


class ProjectConfig(AppConfig):
    name = "project"

    def ready(self) -> None:
        from project import checks  # noqa: F401, PLC0415 - the import registers the checks and needs loaded apps

        # Django sends post_migrate only for apps with models; axes uses the cache table.
        post_migrate.connect(_create_cache_tables, sender=apps.get_app_config("axes"))


def _create_cache_tables(**_: Any) -> None:
    """Create the table that counts failed logins; ``migrate`` does not."""
    call_command("createcachetable", verbosity=0)
