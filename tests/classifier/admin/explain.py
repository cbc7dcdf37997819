"""Prints which queries of which page read the whole table, on the PostgreSQL of the environment."""

import json
import sys
from collections.abc import Iterator
from typing import Any

from tests.bench.admin import page_urls, superuser_client  # isort: skip - sets Django up

from django.db import connection
from django.test.utils import CaptureQueriesContext

from classifier.models import Classification

TABLE = "classifier_classification"


def scans(asked: CaptureQueriesContext) -> list[str]:
    queries = [query["sql"] for query in asked.captured_queries]
    return [sql for sql in queries if sql.startswith("SELECT") and TABLE in sql and "Seq Scan" in nodes(sql)]


def nodes(sql: str) -> list[str]:
    """The kinds of what is done to the table."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}")
        return [
            node["Node Type"] for node in below(cursor.fetchone()[0][0]["Plan"]) if node.get("Relation Name") == TABLE
        ]


def below(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for child in node.get("Plans", []):
        yield from below(child)


def main() -> None:
    client, found = superuser_client(), {}
    for page, address in page_urls().items():
        with CaptureQueriesContext(connection) as asked:
            assert client.get(address).status_code == 200, address
        found[page] = scans(asked)
    with CaptureQueriesContext(connection) as asked:
        Classification.objects.filter(name="nobody.jpg").exists()
    sys.stdout.write(json.dumps({**found, "by a file's name": scans(asked)}))


if __name__ == "__main__":
    main()
