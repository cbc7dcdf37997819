"""``manage.py purge_history``: delete records, files and erasures past their retention. Run it daily."""

import re
from argparse import ArgumentParser, ArgumentTypeError
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from classifier.history import photos, records, retention

UNITS = {"h": "hours", "d": "days", "w": "weeks"}


class Command(BaseCommand):
    help = "Delete old records with their photos, then photos without a record, then old erasures."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--older-than", type=parse_age, required=True, metavar="AGE", help="such as 12h, 30d or 8w")
        parser.add_argument(
            "--batch", type=parse_batch_size, default=records.BATCH_SIZE, metavar="N", help="records per transaction"
        )
        parser.add_argument("--dry-run", action="store_true", help="count, but delete nothing")

    def handle(self, *_: Any, older_than: timedelta, batch: int, dry_run: bool, **options: Any) -> None:
        old_records, erasures = retention.records_before(timezone.now() - older_than), retention.old_erasures()
        if dry_run:
            file_count = sum(1 for _ in retention.orphaned_files())
            self._report("would be deleted", old_records.count(), file_count, erasures.count())
            return
        record_count, file_count = records.delete(old_records, batch), 0
        for name in retention.orphaned_files():
            photos.delete([name])
            file_count += 1
        self._report("deleted", record_count, file_count, erasures.delete()[0])

    def _report(self, action: str, record_count: int, file_count: int, erasure_count: int) -> None:
        counts = f"{record_count} records, {file_count} files without a record, {erasure_count} old erasures"
        self.stdout.write(f"{action}: {counts}")


def parse_age(text: str) -> timedelta:
    """Return an age such as ``30d``. Raises ``ArgumentTypeError``."""
    match = re.fullmatch(r"(\d{1,5})([hdw])", text)
    if not match:
        raise ArgumentTypeError(f"{text!r} is not an age: write a number and h, d or w, such as 12h, 30d or 8w")
    return timedelta(**{UNITS[match[2]]: int(match[1])})


def parse_batch_size(text: str) -> int:
    """Return a number from 1 to 10,000. Raises ``ArgumentTypeError``."""
    if not text.isdecimal() or not 1 <= int(text) <= 10_000:
        raise ArgumentTypeError(f"{text!r} is not a whole number from 1 to 10000")
    return int(text)
