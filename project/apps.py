"""Makes the project an app, so that its commands and checks are found ahead of everybody else's."""

from django.apps import AppConfig


class ProjectConfig(AppConfig):
    name = "project"

    def ready(self) -> None:
        from project import checks  # noqa: F401, PLC0415 - registers itself once apps are loaded
