"""Each store killed, hung and slow under a running backend: answers go on, records wait, nothing is lost."""

import asyncio
import json

import pytest
from django.conf import settings

from tests.reliability.house import ask, house, metric

PARTS, HARMS = ("postgres", "redis", "s3"), ("killed", "hung", "slow")
REPORT = settings.BASE_DIR / "test-results" / "reliability.jsonl"
#: An answer that waited for a store would take half a second there and half a second back, or its whole timeout.
ANSWERED_WITHIN_MS = 900


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    with house() as home:
        yield home


@pytest.fixture(scope="module")
def backend(home, tmp_path_factory):
    with home.backend(tmp_path_factory.mktemp("backend")) as server:
        yield server


def report(**row: object) -> None:
    """What docs/reliability.md is written from."""
    REPORT.parent.mkdir(exist_ok=True)
    with REPORT.open("a", encoding="utf-8") as file:
        file.write(json.dumps(row) + "\n")


@pytest.mark.parametrize("how", HARMS)
@pytest.mark.parametrize("part", PARTS)
async def test_answers_go_on_and_every_record_is_written_once_when_it_is_back(home, backend, chelsea, part, how):
    before = await ask(home, backend, chelsea, 10)
    await asyncio.to_thread(home.written_within_s, before.jobs)
    with home.harmed(part, how=how):
        during = await ask(home, backend, chelsea, 20)
        kept = await ask(home, backend, chelsea, 3, keep=True)
    back_s = await asyncio.to_thread(home.written_within_s, during.jobs)
    photos_s = await asyncio.to_thread(home.written_within_s, kept.jobs, photos=True)
    assert sorted(during.took_ms)[-2] < ANSWERED_WITHIN_MS, during.took_ms
    assert metric(backend, "classifier_records_lost_total") == 0
    report(
        part=part,
        how=how,
        before_ms=round(before.median_ms, 1),
        during_ms=round(during.median_ms, 1),
        slowest_ms=round(max(during.took_ms)),
        written_after_s=round(back_s, 1),
        photos_after_s=round(back_s + photos_s, 1),
    )


async def test_answers_need_no_store_at_all(home, backend, chelsea):
    with home.harmed(*PARTS):
        during = await ask(home, backend, chelsea, 10, keep=True)
    assert sorted(during.took_ms)[-2] < ANSWERED_WITHIN_MS
    await asyncio.to_thread(home.written_within_s, during.jobs, photos=True)
