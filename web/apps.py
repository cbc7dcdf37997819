"""Django app of the pages."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "web"

    def ready(self) -> None:
        from web import checks  # noqa: F401, PLC0415 - registers itself; needs loaded apps
