"""A backend that ends while its stores are away: what it leaves on disk or in the bucket is written once by another."""

import asyncio

import pytest

from tests.reliability.house import ask, house, metric


@pytest.fixture(scope="module")
def home():
    with house() as home:
        yield home


async def test_records_outlive_a_restart_while_database_and_bucket_are_away(home, chelsea, tmp_path):
    with home.backend(tmp_path, DRAIN_SECONDS="4") as server:
        before = await ask(home, server, chelsea, 1)
        await asyncio.to_thread(home.written_within_s, before.jobs)
        home.harm("postgres", "killed")
        home.harm("s3", "killed")
        asked = await ask(home, server, chelsea, 10)
        server.process.terminate()
        await asyncio.to_thread(server.process.wait, 10)
    assert len(list(tmp_path.rglob("*.spool"))) >= 1
    home.heal("postgres", "killed")
    home.heal("s3", "killed")
    with home.backend(tmp_path):
        await asyncio.to_thread(home.written_within_s, asked.jobs)
    assert list(tmp_path.rglob("*.spool")) == []


async def test_what_a_task_could_not_store_another_finds_in_the_bucket(home, chelsea, tmp_path):
    with home.backend(tmp_path / "one", DRAIN_SECONDS="8") as server:
        before = await ask(home, server, chelsea, 1)
        await asyncio.to_thread(home.written_within_s, before.jobs)
        home.harm("postgres", "killed")
        asked = await ask(home, server, chelsea, 10, keep=True)
        server.process.terminate()
        await asyncio.to_thread(server.process.wait, 15)
    assert list(tmp_path.rglob("*.spool")) == []
    home.heal("postgres", "killed")
    with home.backend(tmp_path / "two"):
        await asyncio.to_thread(home.written_within_s, asked.jobs, photos=True)
    assert list((home.bucket.server.folder / "buckets").rglob("*.spool")) == []


async def test_a_task_that_hangs_in_its_database_ends_in_time_and_loses_nothing(home, chelsea, tmp_path):
    with home.backend(tmp_path / "one", DRAIN_SECONDS="8") as server:
        before = await ask(home, server, chelsea, 1)
        await asyncio.to_thread(home.written_within_s, before.jobs)
        home.harm("postgres", "hung")
        asked = await ask(home, server, chelsea, 5)
        server.process.terminate()
        await asyncio.to_thread(server.process.wait, 9)
    home.heal("postgres", "hung")
    with home.backend(tmp_path / "two"):
        await asyncio.to_thread(home.written_within_s, asked.jobs)


async def test_a_task_that_is_killed_loses_what_was_not_on_disk_yet_and_no_more(home, chelsea, tmp_path):
    with home.backend(tmp_path) as server:
        before = await ask(home, server, chelsea, 1)
        await asyncio.to_thread(home.written_within_s, before.jobs)
        home.harm("postgres", "killed")
        asked = await ask(home, server, chelsea, 5)
        async with asyncio.timeout(10):
            while metric(server, "classifier_records_waiting") < 5:
                await asyncio.sleep(0.01)
        server.process.kill()
        await asyncio.to_thread(server.process.wait, 10)
    home.heal("postgres", "killed")
    with home.backend(tmp_path):
        await asyncio.to_thread(home.written_within_s, asked.jobs)


async def test_what_the_disk_has_no_room_for_is_counted(home, chelsea, tmp_path):
    with home.backend(tmp_path, SPOOL_MB="1") as server:
        before = await ask(home, server, chelsea, 1)
        await asyncio.to_thread(home.written_within_s, before.jobs)
        home.harm("postgres", "killed")
        (tmp_path / "spool" / "rows" / f"{0:020}-full-0.spool").write_bytes(b" " * 1024 * 1024)
        await ask(home, server, chelsea, 3)
        async with asyncio.timeout(10):
            while metric(server, "classifier_records_lost_total") < 3:
                await asyncio.sleep(0.01)
        home.heal("postgres", "killed")
