"""What a person sees."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "web"

    def ready(self) -> None:
        from web import checks  # noqa: F401, PLC0415 - registers itself once apps are loaded
