"""Export of an owner's history as CSV or JSON, generated record by record."""

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


def as_csv(queryset: Records) -> Iterator[str]:
    """Yield the lines of a CSV file, the header first. Cells that a spreadsheet would run as a formula are escaped."""
    return csv_export.csv_lines(
        COLUMNS, (_build_fields(record).values() for record in _iterate(queryset.defer(*LARGE_FIELDS)))
    )


def as_json(queryset: Records) -> Iterator[str]:
    """Yield the parts of one JSON array. Each record also has its five most probable classes and its heatmap."""
    yield "["
    for index, record in enumerate(_iterate(queryset)):
        fields = _build_fields(record) | {"predictions": record.predictions, "heatmap": record.heatmap}
        yield (",\n" if index else "\n") + json.dumps(fields, ensure_ascii=False)
    yield "\n]\n"


def _iterate(queryset: Records) -> Iterator[Classification]:
    return chain.from_iterable(records.in_chunks(queryset))


def _build_fields(record: Classification) -> dict[str, Any]:
    values = (
        str(record.id),
        record.created_at.isoformat(),
        record.name,
        wording.verdict_text(record),
        record.squirrel,
        record.verdict,
        record.display,
        record.wnid,
        round(record.score, 6),
        round(record.animal, 6),
        f"{record.model_name} {record.model_version}",
        record.feedback,
        search.display(record.suggested),
        bool(record.photo),
    )
    return dict(zip(COLUMNS, values, strict=True))
