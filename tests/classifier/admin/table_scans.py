"""Print the queries of each admin page that scan the whole table, on the PostgreSQL database of the environment."""

import json
import sys
from collections.abc import Iterator
from typing import Any

from tests.bench.admin import page_urls, superuser_client  # isort: skip - sets Django up

from django.db import connection
from django.test.utils import CaptureQueriesContext

from classifier.models import Classification

TABLE = "classifier_classification"
#: A query without an index, which proves that a scan is detected.
CONTROL = "control: by file name"


def find_table_scans(captured: CaptureQueriesContext) -> list[str]:
    queries = [query["sql"] for query in captured.captured_queries]
    return [sql for sql in queries if sql.startswith("SELECT") and TABLE in sql and "Seq Scan" in node_types(sql)]


def node_types(sql: str) -> list[str]:
    """Return the types of the plan's nodes that read the table."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}")
        plan = cursor.fetchone()[0][0]["Plan"]
    return [node["Node Type"] for node in walk(plan) if node.get("Relation Name") == TABLE]


def walk(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for child in node.get("Plans", []):
        yield from walk(child)


def main() -> None:
    client, scans = superuser_client(), {}
    for page, url in page_urls().items():
        with CaptureQueriesContext(connection) as captured:
            assert client.get(url).status_code == 200, url
        scans[page] = find_table_scans(captured)
    with CaptureQueriesContext(connection) as captured:
        Classification.objects.filter(name="nobody.jpg").exists()
    sys.stdout.write(json.dumps({**scans, CONTROL: find_table_scans(captured)}))


if __name__ == "__main__":
    main()
