"""Sample records resemble a year of use and are determined by their seed."""

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


def test_sample_records_cover_the_year_all_verdicts_and_many_owners(seeded):
    assert seeded.count() == 2000
    times = sorted(seeded.values_list("created_at", flat=True))
    assert timedelta(days=300) < times[-1] - times[0] <= sample_data.PERIOD
    assert set(seeded.values_list("verdict", flat=True)) == {"species", "group", "animal", "none", "unsure"}
    assert 80 < len(set(seeded.values_list("owner", flat=True))) < 140
    assert {"right", "wrong", ""} == set(seeded.values_list("feedback", flat=True))


def test_a_sample_record_is_valid_and_its_answer_is_among_its_predictions(seeded):
    record = seeded.filter(verdict="species").first()
    record.full_clean()
    assert len(record.predictions) == 5
    assert record.wnid in {prediction["wnid"] for prediction in record.predictions}


def test_the_same_seed_gives_the_same_records_and_cannot_be_added_twice(seeded):
    first = next(sample_data.generate_records(2000, 0, datetime.now(UTC)))
    assert seeded.filter(id=first.id).exists()
    with pytest.raises(CommandError, match="choose another --seed"):
        call_command("seed_history", 2000)


@pytest.mark.process
def test_postgresql_accepts_sample_records(tmp_path, postgres):
    manage(tmp_path, "migrate", "--verbosity", "0", DATABASE_URL=postgres)
    count = "from classifier.models import Classification as C; print(C.objects.count())"
    before = int(manage(tmp_path, "shell", "--no-imports", "--command", count, DATABASE_URL=postgres))
    manage(tmp_path, "seed_history", "300", "--until", UNTIL, DATABASE_URL=postgres)
    assert int(manage(tmp_path, "shell", "--no-imports", "--command", count, DATABASE_URL=postgres)) == before + 300
