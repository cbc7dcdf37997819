"""Made-up history looks like a year of use, and is the same for the same seed."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command

from classifier.history import sample_data
from classifier.models import Classification
from tests.server_process import manage

UNTIL = "2026-11-01T00:00:00+00:00"


@pytest.fixture
def seeded(db):
    call_command("seed_history", 2000, until=datetime.fromisoformat(UNTIL))
    return Classification.objects.all()


def test_it_spreads_over_the_year_all_verdicts_and_many_owners(seeded):
    assert seeded.count() == 2000
    times = sorted(seeded.values_list("created_at", flat=True))
    assert timedelta(days=300) < times[-1] - times[0] <= sample_data.OVER
    assert set(seeded.values_list("verdict", flat=True)) == {"species", "group", "animal", "none", "unsure"}
    assert 80 < len(set(seeded.values_list("owner", flat=True))) < 140
    assert {"right", "wrong", ""} == set(seeded.values_list("feedback", flat=True))


def test_a_row_is_as_the_writer_would_leave_it(seeded):
    row = seeded.filter(verdict="species").first()
    row.full_clean()
    assert len(row.predictions) == 5
    assert {best["wnid"] for best in row.predictions} >= {row.wnid}


def test_the_same_seed_is_the_same_history_and_is_not_added_twice(seeded):
    first = next(sample_data.rows(2000, 0, datetime.now(UTC)))
    assert seeded.filter(id=first.id).exists()
    with pytest.raises(CommandError, match="choose another --seed"):
        call_command("seed_history", 2000)


def test_postgresql_takes_them_too(tmp_path, postgres):
    manage(tmp_path, "migrate", "--verbosity", "0", DATABASE_URL=postgres)
    count = "from classifier.models import Classification as C; print(C.objects.count())"
    before = int(manage(tmp_path, "shell", "--no-imports", "--command", count, DATABASE_URL=postgres))
    manage(tmp_path, "seed_history", "300", "--until", UNTIL, DATABASE_URL=postgres)
    assert int(manage(tmp_path, "shell", "--no-imports", "--command", count, DATABASE_URL=postgres)) == before + 300
