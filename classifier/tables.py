"""CSV that a table program opens without harm."""

import csv
from collections.abc import Iterable, Iterator

#: Tells a table program that it is UTF-8.
MARK = "\ufeff"
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


class _Echo:
    """A file for ``csv.writer`` that gives every line back."""

    def write(self, line: str) -> str:
        return line
