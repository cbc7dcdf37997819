"""A person's history to take away: CSV for tables, JSON for programs, both row by row."""

import json
from collections.abc import Iterator
from itertools import chain
from typing import Any

from classifier.history import csv_export, records
from classifier.history.records import LARGE_FIELDS, Records
from classifier.models import Classification
from classifier.vocabulary import search
from web import wording

COLUMNS = (
    "id",
    "created_at",
    "file",
    "sentence",
    "squirrel",
    "verdict",
    "answer",
    "wnid",
    "score",
    "animal",
    "model",
    "feedback",
    "instead",
    "photo",
)


def as_csv(rows: Records) -> Iterator[str]:
    """Lines, the names of the columns first. No cell begins like a formula."""
    return csv_export.csv_lines(COLUMNS, (_facts(row).values() for row in _each(rows.defer(*LARGE_FIELDS))))


def as_json(rows: Records) -> Iterator[str]:
    """One array, with the five best and the heatmap's numbers in each row."""
    yield "["
    for number, row in enumerate(_each(rows)):
        facts = _facts(row) | {"predictions": row.predictions, "heatmap": row.heatmap}
        yield (",\n" if number else "\n") + json.dumps(facts, ensure_ascii=False)
    yield "\n]\n"


def _each(rows: Records) -> Iterator[Classification]:
    return chain.from_iterable(records.in_chunks(rows))


def _facts(row: Classification) -> dict[str, Any]:
    values = (
        str(row.id),
        row.created_at.isoformat(),
        row.name,
        wording.sentence(row),
        row.squirrel,
        row.verdict,
        row.display,
        row.wnid,
        round(row.score, 6),
        round(row.animal, 6),
        f"{row.model_name} {row.model_version}",
        row.feedback,
        search.display(row.suggested),
        bool(row.photo),
    )
    return dict(zip(COLUMNS, values, strict=True))
