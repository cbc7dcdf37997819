"""``manage.py seed_history``: add sample records, millions if necessary."""

from argparse import ArgumentParser
from datetime import datetime
from itertools import islice
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import IntegrityError, connection
from django.utils import timezone
from tqdm import tqdm

from classifier.history import sample_data
from classifier.models import Classification

BATCH_SIZE = 5000


class Command(BaseCommand):
    help = "Add N sample records of the last year for tests, screenshots and benchmarks. A seed determines all of them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("count", type=int, metavar="N")
        parser.add_argument("--seed", type=int, default=0)
        parser.add_argument("--until", type=datetime.fromisoformat, help="end of the year, ISO 8601; default: now")

    def handle(self, *_: Any, **options: Any) -> None:
        count, until = options["count"], options["until"] or timezone.now()
        records = sample_data.generate_records(count, options["seed"], until)
        with tqdm(total=count, unit="record", disable=None) as progress:
            while batch := list(islice(records, BATCH_SIZE)):
                try:
                    insert(batch)
                except IntegrityError:
                    raise CommandError("The records of this seed exist already: choose another --seed.") from None
                progress.update(len(batch))


def insert(records: list[Classification]) -> None:
    """Insert records two to three times as fast as ``bulk_create``. Raises ``IntegrityError``."""
    meta = Classification._meta  # noqa: SLF001 - Django's documented interface
    fields = meta.concrete_fields
    rows = [
        [field.get_db_prep_save(getattr(record, field.attname), connection) for field in fields] for record in records
    ]
    columns = ", ".join(f'"{field.column}"' for field in fields)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {meta.db_table} ({columns}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            placeholders = ", ".join(["%s"] * len(fields))
            statement = f"INSERT INTO {meta.db_table} ({columns}) VALUES ({placeholders})"  # noqa: S608 - constant names
            cursor.executemany(statement, rows)
