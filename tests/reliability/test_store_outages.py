"""Each store killed, hung or slow under a running backend: jobs are answered, and each record is stored later."""

import asyncio
import json

import pytest
from django.conf import settings

from tests.reliability.faulty_stores import OUTAGE_KINDS, STORES, classify, metric

REPORT = settings.BASE_DIR / "test-results" / "reliability.jsonl"
#: An answer that waited for a slow store would take at least 1 s (0.5 s each way), and for a hung one its timeout.
MAX_ANSWER_MS = 900


@pytest.fixture(scope="module")
def backend(stores, tmp_path_factory):
    with stores.running_backend(tmp_path_factory.mktemp("backend")) as server:
        yield server


def report(**measurements: object) -> None:
    """Append a line to the file from which the table of docs/reliability.md is written."""
    REPORT.parent.mkdir(exist_ok=True)
    with REPORT.open("a", encoding="utf-8") as file:
        file.write(json.dumps(measurements) + "\n")


def assert_answered_in_time(durations_ms: list[float]) -> None:
    """Allow one slow answer, because the machine may be busy for a moment."""
    assert sorted(durations_ms)[-2] < MAX_ANSWER_MS, durations_ms


@pytest.mark.parametrize("kind", OUTAGE_KINDS)
@pytest.mark.parametrize("store", STORES)
async def test_jobs_are_answered_during_an_outage_and_recorded_after_it(stores, backend, chelsea, store, kind):
    before = await classify(stores, backend, chelsea, 10)
    await asyncio.to_thread(stores.wait_for_records, before.ids)
    with stores.outage(store, kind=kind):
        during = await classify(stores, backend, chelsea, 20)
        with_photos = await classify(stores, backend, chelsea, 3, keep=True)
    records_s = await asyncio.to_thread(stores.wait_for_records, during.ids)
    photos_s = await asyncio.to_thread(stores.wait_for_records, with_photos.ids, with_photos=True)
    assert_answered_in_time(during.durations_ms)
    assert metric(backend, "classifier_records_lost_total") == 0
    report(
        store=store,
        kind=kind,
        before_ms=round(before.median_ms, 1),
        during_ms=round(during.median_ms, 1),
        slowest_ms=round(max(during.durations_ms)),
        written_after_s=round(records_s, 1),
        photos_after_s=round(records_s + photos_s, 1),
    )


async def test_jobs_are_answered_while_all_three_stores_are_unavailable(stores, backend, chelsea):
    with stores.outage(*STORES):
        during = await classify(stores, backend, chelsea, 10, keep=True)
    assert_answered_in_time(during.durations_ms)
    await asyncio.to_thread(stores.wait_for_records, during.ids, with_photos=True)
