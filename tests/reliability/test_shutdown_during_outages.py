"""A backend that ends during an outage leaves its records on disk or in the bucket, and another one stores them."""

import asyncio

import pytest

from tests.reliability.faulty_stores import classify, metric


async def open_store_connections(stores, server, photo: bytes) -> None:
    """Store a record with its photo, so that the backend has a connection to each store."""
    jobs = await classify(stores, server, photo, 1, keep=True)
    await asyncio.to_thread(stores.wait_for_records, jobs.ids, with_photos=True)


async def shut_down(server) -> None:
    server.process.terminate()
    await asyncio.to_thread(server.process.wait, 30)


async def wait_for_metric(server, name: str, minimum: float) -> None:
    async with asyncio.timeout(30):
        while metric(server, name) < minimum:
            await asyncio.sleep(0.01)


async def test_records_survive_a_restart_while_database_and_bucket_are_unavailable(stores, chelsea, tmp_path):
    with stores.running_backend(tmp_path, DRAIN_SECONDS="4") as server:
        await open_store_connections(stores, server, chelsea)
        with stores.outage("postgres", "s3"):
            jobs = await classify(stores, server, chelsea, 10)
            await shut_down(server)
    assert len(list(tmp_path.rglob("*.spool"))) >= 1
    with stores.running_backend(tmp_path):
        await asyncio.to_thread(stores.wait_for_records, jobs.ids)
    assert list(tmp_path.rglob("*.spool")) == []


@pytest.mark.parametrize("kind", ["killed", "hung"])
async def test_another_backend_stores_the_records_that_a_backend_left_in_the_bucket(stores, chelsea, tmp_path, kind):
    with stores.running_backend(tmp_path / "first", DRAIN_SECONDS="8") as server:
        await open_store_connections(stores, server, chelsea)
        with stores.outage("postgres", kind=kind):
            jobs = await classify(stores, server, chelsea, 10, keep=True)
            await shut_down(server)
    assert list((tmp_path / "first").rglob("*.spool")) == []
    with stores.running_backend(tmp_path / "second"):
        await asyncio.to_thread(stores.wait_for_records, jobs.ids, with_photos=True)
    assert list((stores.bucket.server.folder / "buckets").rglob("*.spool")) == []


async def test_a_killed_backend_loses_no_record_that_is_in_its_spool(stores, chelsea, tmp_path):
    with stores.running_backend(tmp_path) as server:
        await open_store_connections(stores, server, chelsea)
        with stores.outage("postgres"):
            jobs = await classify(stores, server, chelsea, 5)
            await wait_for_metric(server, "classifier_records_waiting", 5)
            server.process.kill()
            await asyncio.to_thread(server.process.wait, 30)
    with stores.running_backend(tmp_path):
        await asyncio.to_thread(stores.wait_for_records, jobs.ids)


async def test_records_that_do_not_fit_into_the_spool_are_counted_as_lost(stores, chelsea, tmp_path):
    with stores.running_backend(tmp_path, SPOOL_MB="1") as server:
        await open_store_connections(stores, server, chelsea)
        with stores.outage("postgres"):
            await classify(stores, server, chelsea, 40, keep=True)  # about 50 kB each
            await wait_for_metric(server, "classifier_records_lost_total", 1)
            assert metric(server, "classifier_spool_bytes") <= 1024 * 1024
