"""CSV that a table program opens without harm."""

import csv
from collections.abc import AsyncIterator, Iterable, Iterator
from itertools import islice

from asgiref.sync import sync_to_async

#: Tells a table program that it is UTF-8.
MARK = "\ufeff"
#: Lines that go to the network together.
TOGETHER = 500
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def lines(columns: Iterable[str], rows: Iterable[Iterable[object]]) -> Iterator[str]:
    """The names of the columns, then a line for each row, as they come. No cell begins like a formula."""
    writer = csv.writer(_Echo())
    yield MARK + writer.writerow(columns)
    for row in rows:
        yield writer.writerow(map(harmless, row))


def harmless(value: object) -> object:
    """A cell ``=cmd()`` would be run (OWASP, "CSV Injection"): an apostrophe makes it text."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value


async def streamed(lines: Iterator[str]) -> AsyncIterator[str]:
    """Lines for an asynchronous response, some at a time: it would gather all of a plain iterator's in memory first."""
    while some := await sync_to_async(_joined)(lines):
        yield some


def _joined(lines: Iterator[str]) -> str:
    return "".join(islice(lines, TOGETHER))


class _Echo:
    """A file for ``csv.writer`` that gives every line back."""

    def write(self, line: str) -> str:
        return line
