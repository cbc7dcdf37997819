"""``manage.py create_staff``: somebody who may look at the history in the admin."""

import secrets
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    help = "Makes a superuser with a new password, printed once; or with STAFF_PASSWORD, as often as it is asked."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--username", default="admin")

    def handle(self, *_: Any, **options: Any) -> None:
        username = options["username"]
        if settings.STAFF_PASSWORD:
            self._set_password(username)
            return
        if User.objects.filter(username=username).exists():
            raise CommandError(
                f"There is a user {username!r} already. A new password: python manage.py changepassword {username}"
            )
        password = secrets.token_urlsafe(12)
        User.objects.create_superuser(username, password=password)
        self.stdout.write(f"User:     {username}\nPassword: {password}\n(It is shown this once.)")

    def _set_password(self, username: str) -> None:
        user, _ = User.objects.get_or_create(username=username)
        user.set_password(settings.STAFF_PASSWORD)
        user.is_staff = user.is_superuser = user.is_active = True
        user.save()
        self.stdout.write(f"User: {username}, with the password of STAFF_PASSWORD.")
