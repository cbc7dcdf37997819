"""A backend that ends while its stores are away: what it leaves on disk or in the bucket is written once by another."""

import asyncio

import pytest

from tests.reliability.house import ask, house, metric


@pytest.fixture(scope="module")
def home():
    with house() as home:
        yield home


async def begun(home, server, picture: bytes) -> None:
    """It has a connection to each store."""
    asked = await ask(home, server, picture, 1, keep=True)
    await asyncio.to_thread(home.written_within_s, asked.jobs, photos=True)


async def ended(server) -> None:
    server.process.terminate()
    await asyncio.to_thread(server.process.wait, 30)


async def test_records_outlive_a_restart_while_database_and_bucket_are_away(home, chelsea, tmp_path):
    with home.backend(tmp_path, DRAIN_SECONDS="4") as server:
        await begun(home, server, chelsea)
        with home.harmed("postgres", "s3"):
            asked = await ask(home, server, chelsea, 10)
            await ended(server)
    assert len(list(tmp_path.rglob("*.spool"))) >= 1
    with home.backend(tmp_path):
        await asyncio.to_thread(home.written_within_s, asked.jobs)
    assert list(tmp_path.rglob("*.spool")) == []


@pytest.mark.parametrize("how", ["killed", "hung"])
async def test_what_a_task_could_not_store_another_finds_in_the_bucket(home, chelsea, tmp_path, how):
    with home.backend(tmp_path / "one", DRAIN_SECONDS="8") as server:
        await begun(home, server, chelsea)
        with home.harmed("postgres", how=how):
            asked = await ask(home, server, chelsea, 10, keep=True)
            await ended(server)
    assert list((tmp_path / "one").rglob("*.spool")) == []
    with home.backend(tmp_path / "two"):
        await asyncio.to_thread(home.written_within_s, asked.jobs, photos=True)
    assert list((home.bucket.server.folder / "buckets").rglob("*.spool")) == []


async def test_a_task_that_is_killed_loses_what_was_not_on_disk_yet_and_no_more(home, chelsea, tmp_path):
    with home.backend(tmp_path) as server:
        await begun(home, server, chelsea)
        with home.harmed("postgres"):
            asked = await ask(home, server, chelsea, 5)
            async with asyncio.timeout(30):
                while metric(server, "classifier_records_waiting") < 5:
                    await asyncio.sleep(0.01)
            server.process.kill()
            await asyncio.to_thread(server.process.wait, 30)
    with home.backend(tmp_path):
        await asyncio.to_thread(home.written_within_s, asked.jobs)


async def test_what_the_disk_has_no_room_for_is_counted(home, chelsea, tmp_path):
    with home.backend(tmp_path, SPOOL_MB="1") as server:
        await begun(home, server, chelsea)
        with home.harmed("postgres"):
            await ask(home, server, chelsea, 40, keep=True)  # some 50 kB each
            async with asyncio.timeout(30):
                while not metric(server, "classifier_records_lost_total"):
                    await asyncio.sleep(0.01)
            assert metric(server, "classifier_spool_bytes") <= 1024 * 1024
