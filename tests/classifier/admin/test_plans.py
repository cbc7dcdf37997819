"""On PostgreSQL no page of the admin reads the whole table: its own plans say so, at 50,000 rows."""

import json
import subprocess
import sys

import psycopg
import pytest

from tests.server_process import ROOT, make_environment, manage

ROWS = "50000"
#: A query that is made to be seen.
OUR_OWN = "by a file's name"


@pytest.fixture(scope="module")
def database(postgres, tmp_path_factory) -> dict[str, str]:
    """The environment of a process with 50,000 rows in a database of its own."""
    with psycopg.connect(postgres, autocommit=True) as line:
        line.execute("CREATE DATABASE plans")
    folder, url = tmp_path_factory.mktemp("plans"), postgres.rpartition("/")[0] + "/plans"
    manage(folder, "migrate", "--verbosity", "0", DATABASE_URL=url)
    manage(folder, "seed_history", ROWS, DATABASE_URL=url)
    with psycopg.connect(url, autocommit=True) as line:
        line.execute("VACUUM ANALYZE")
    return make_environment(folder, DATABASE_URL=url, DEBUG="1")


@pytest.fixture(scope="module")
def scans(database) -> dict[str, list[str]]:
    """By page, the queries that read the table from one end to the other."""
    command = [sys.executable, "-m", "tests.classifier.admin.explain"]
    done = subprocess.run(command, cwd=ROOT, env=database, stdout=subprocess.PIPE, text=True, check=True)
    found: dict[str, list[str]] = json.loads(done.stdout)
    return found


def test_a_query_that_reads_the_table_would_be_seen(scans):
    assert len(scans[OUR_OWN]) == 1


def test_list_filters_search_days_and_figures_read_indexes_alone(scans):
    assert len(scans) > 20
    assert {page: queries for page, queries in scans.items() if queries and page != OUR_OWN} == {}
