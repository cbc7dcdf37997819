"""``manage.py purge_history``: keeps the history as long as it is wanted, and no longer. For a daily timer."""

import re
from argparse import ArgumentParser, ArgumentTypeError
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from classifier.history import photos, records, retention

UNITS = {"h": "hours", "d": "days", "w": "weeks"}


class Command(BaseCommand):
    help = "Deletes old records with their photos, photos without a record, and the memory of what was erased long ago."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--older-than", type=age, required=True, metavar="AGE", help="for example 12h, 30d or 8w")
        parser.add_argument("--batch", type=batch, default=records.BATCH, metavar="N", help="rows of one transaction")
        parser.add_argument("--dry-run", action="store_true", help="only say what would go")

    def handle(self, *_: Any, older_than: timedelta, batch: int, dry_run: bool, **options: Any) -> None:
        old, forgotten = retention.rows(timezone.now() - older_than), retention.erasures()
        if dry_run:
            self._say("would be deleted", old.count(), sum(1 for _ in retention.orphans()), forgotten.count())
            return
        deleted, files = records.delete(old, batch), 0
        for files, name in enumerate(retention.orphans(), start=1):  # noqa: B007 - counted
            photos.delete([name])
        self._say("deleted", deleted, files, forgotten.delete()[0])

    def _say(self, what: str, rows: int, files: int, erasures: int) -> None:
        self.stdout.write(f"{what}: {rows} records, {files} files without a record, {erasures} old erasures")


def age(text: str) -> timedelta:
    """``30d``. Raises ``ArgumentTypeError``."""
    found = re.fullmatch(r"(\d{1,5})([hdw])", text)
    if not found:
        raise ArgumentTypeError(f"{text!r} is no age: write 12h, 30d or 8w")
    return timedelta(**{UNITS[found[2]]: int(found[1])})


def batch(text: str) -> int:
    """1 to 10,000. Raises ``ArgumentTypeError``."""
    if not text.isdecimal() or not 1 <= int(text) <= 10_000:
        raise ArgumentTypeError(f"{text!r} must be a whole number from 1 to 10000")
    return int(text)
