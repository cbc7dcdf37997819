"""``manage.py create_staff``: somebody who may look at the history in the admin."""

import secrets
from argparse import ArgumentParser
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    help = "Makes a superuser and prints the password once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--username", default="admin")

    def handle(self, *_: Any, **options: Any) -> None:
        username = options["username"]
        if User.objects.filter(username=username).exists():
            raise CommandError(
                f"There is a user {username!r} already. A new password: python manage.py changepassword {username}"
            )
        password = secrets.token_urlsafe(12)
        User.objects.create_superuser(username, password=password)
        self.stdout.write(f"User:     {username}\nPassword: {password}\n(It is shown this once.)")
