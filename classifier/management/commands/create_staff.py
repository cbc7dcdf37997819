"""``manage.py create_staff``: create a user for the admin."""

import secrets
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    help = (
        "Create a superuser and print its new password once. With STAFF_PASSWORD, set that password for a new or an "
        "existing user instead and print no password."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--username", default="admin")

    def handle(self, *_: Any, **options: Any) -> None:
        username = options["username"]
        if settings.STAFF_PASSWORD:
            self._set_password(username)
            return
        if User.objects.filter(username=username).exists():
            raise CommandError(
                f"User {username!r} exists. For a new password run: python manage.py changepassword {username}"
            )
        password = secrets.token_urlsafe(12)
        User.objects.create_superuser(username, password=password)
        self.stdout.write(f"User:     {username}\nPassword: {password}\n(The password is not shown again.)")

    def _set_password(self, username: str) -> None:
        user, _ = User.objects.get_or_create(username=username)
        user.set_password(settings.STAFF_PASSWORD)
        user.is_staff = user.is_superuser = user.is_active = True
        user.save()
        self.stdout.write(f"User {username!r} has the password in STAFF_PASSWORD.")
