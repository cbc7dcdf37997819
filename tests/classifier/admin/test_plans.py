"""With 50,000 records, PostgreSQL's query plans read indexes: no admin page scans the whole table."""

import json
import subprocess
import sys

import psycopg
import pytest

from tests.server_process import ROOT, make_environment, manage

pytestmark = pytest.mark.process

RECORDS = "50000"
#: The key under which ``table_scans`` reports a query that needs a scan.
CONTROL = "control: by file name"


@pytest.fixture(scope="module")
def database(postgres, tmp_path_factory) -> dict[str, str]:
    """Create a database with 50,000 records; return the environment of a process that uses it."""
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute("CREATE DATABASE plans")
    folder, url = tmp_path_factory.mktemp("plans"), postgres.rpartition("/")[0] + "/plans"
    manage(folder, "migrate", "--verbosity", "0", DATABASE_URL=url)
    manage(folder, "seed_history", RECORDS, DATABASE_URL=url)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")
    return make_environment(folder, DATABASE_URL=url, DEBUG="1")


@pytest.fixture(scope="module")
def scans(database) -> dict[str, list[str]]:
    """Return the queries that scan the table, by page."""
    command = [sys.executable, "-m", "tests.classifier.admin.table_scans"]
    process = subprocess.run(command, cwd=ROOT, env=database, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(process.stdout)


def test_a_query_that_scans_the_table_is_detected(scans):
    assert len(scans[CONTROL]) == 1


def test_no_admin_page_scans_the_table(scans):
    assert len(scans) > 20
    assert {page: queries for page, queries in scans.items() if queries and page != CONTROL} == {}
