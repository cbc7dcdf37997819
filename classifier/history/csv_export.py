"""CSV export that is safe to open in a spreadsheet program."""

import csv
from collections.abc import AsyncIterator, Iterable, Iterator
from itertools import islice

from asgiref.sync import sync_to_async

#: Byte order mark: spreadsheet programs read a file that starts with it as UTF-8.
BOM = "\ufeff"
#: CSV lines that are sent together.
LINES_PER_CHUNK = 500
FORMULA_PREFIXES = ("=", "+", "-", "@", "\t", "\r")


def csv_lines(columns: Iterable[str], rows: Iterable[Iterable[object]]) -> Iterator[str]:
    """Yield the header line, then one line for each row. Read ``rows`` lazily and escape formulas."""
    writer = csv.writer(_LineReturner())
    yield BOM + writer.writerow(columns)
    for row in rows:
        yield writer.writerow(map(escape_formula, row))


def escape_formula(value: object) -> object:
    """Put an apostrophe before text that a spreadsheet program would run as a formula (OWASP, "CSV Injection")."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA_PREFIXES) else value


async def stream_lines(lines: Iterator[str]) -> AsyncIterator[str]:
    """Yield ``lines`` in chunks for an asynchronous response.

    Django reads a synchronous iterator completely into memory before it sends an asynchronous response.
    """
    while chunk := await sync_to_async(_next_chunk)(lines):
        yield chunk


def _next_chunk(lines: Iterator[str]) -> str:
    return "".join(islice(lines, LINES_PER_CHUNK))


class _LineReturner:
    """A file that makes ``writerow`` of ``csv.writer`` return the line: it returns the result of ``write``."""

    def write(self, line: str) -> str:
        return line
