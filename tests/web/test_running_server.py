"""Live history and photo storage of running servers."""

import asyncio
import http.cookiejar
import re
import urllib.request
from collections.abc import Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest
from redis import Redis
from websockets.asyncio.client import connect

from infrastructure.local import certificate, servers
from tests.server_process import RunningServer, running_server
from tests.stores import redis_server
from tests.websocket_client import authenticated_client

pytestmark = pytest.mark.process


@dataclass
class Browser:
    """Minimal browser: cookies, tickets and pages."""

    server: RunningServer

    def __post_init__(self) -> None:
        self.jar = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.jar))
        match = re.search(r'data-ticket="([^"]+)"', self.get("/"))
        assert match
        self.ticket = match[1]

    def get(self, path: str) -> str:
        with self.opener.open(f"{self.server.url}{path}", timeout=10) as response:
            return response.read().decode()

    def post(self, path: str) -> None:
        token = re.search(r'csrfmiddlewaretoken" value="(\w+)"', self.get(path))
        assert token
        self.opener.open(f"{self.server.url}{path}", f"csrfmiddlewaretoken={token[1]}".encode(), timeout=10).close()

    def get_photo_url(self, record_id: str) -> str:
        """Return the URL of a kept photo after all redirects. It must be a JPEG."""
        with self.opener.open(f"{self.server.url}/history/{record_id}/photo", timeout=10) as response:
            assert response.headers["Content-Type"] == "image/jpeg"
            return response.url

    @property
    def cookies(self) -> str:
        return "; ".join(f"{cookie.name}={cookie.value}" for cookie in self.jar)

    @asynccontextmanager
    async def open_feed(self):
        url = f"{self.server.url.replace('http', 'ws', 1)}/ws/history"
        async with connect(url, additional_headers={"Cookie": self.cookies}) as connection:
            yield connection

    async def classify(self, photo: bytes, **fields) -> dict:
        async with authenticated_client(self.server, self.ticket) as client:
            return await client.classify(photo, **fields)


async def test_an_answer_notifies_the_open_history_page_of_its_owner(server, chelsea):
    browser = Browser(server)
    async with browser.open_feed() as feed:
        assert await feed.recv() == '{"type": "changed"}'
        record_id = (await browser.classify(chelsea, views="fast"))["record"]
        assert await asyncio.wait_for(feed.recv(), 10) == '{"type": "changed"}'
    assert record_id in await asyncio.to_thread(browser.get, "/history")


@pytest.fixture(params=["redis", "rediss"])
def redis_url(request, tmp_path) -> Iterator[str]:
    """Redis without TLS, as on a laptop, and with TLS, as on AWS."""
    pair = certificate.self_signed(tmp_path / "tls", ["localhost"]) if request.param == "rediss" else None
    with redis_server(pair) as server:
        yield servers.redis_url(server, pair and pair[0])


async def test_notifications_and_rate_limits_pass_through_redis_between_the_roles(tmp_path, redis_url, chelsea):
    variables = {"REDIS_URL": redis_url, "FRONTEND_ORIGINS": "http://127.0.0.1:1"}
    with (
        running_server(tmp_path, ROLE="backend", **variables) as backend,
        running_server(
            tmp_path, ROLE="frontend", BACKEND_WS_URL=backend.url.replace("http", "ws"), **variables
        ) as frontend,
        Redis.from_url(redis_url) as redis,
    ):
        browser = Browser(frontend)
        async with browser.open_feed() as feed:
            await feed.recv()
            async with authenticated_client(backend, browser.ticket) as client:
                await client.classify(chelsea)
            assert await asyncio.wait_for(feed.recv(), 10) == '{"type": "changed"}'
        assert redis.keys("limits*owner*")


async def test_20_answers_leave_no_photo_file_with_keep_photos_never(tmp_path, chelsea):
    with running_server(tmp_path, KEEP_PHOTOS="never") as server:
        browser = Browser(server)
        async with authenticated_client(server, browser.ticket) as client:
            for _ in range(20):
                assert (await client.classify(chelsea, views="fast", keep=True))["type"] == "result"
        assert '<div class="consent" hidden>' in browser.get("/")
    assert [path for path in tmp_path.rglob("*") if path.suffix == ".jpg"] == []


async def test_keeps_every_photo_with_keep_photos_always(tmp_path, chelsea):
    with running_server(tmp_path, KEEP_PHOTOS="always") as server:
        browser = Browser(server)
        await browser.classify(chelsea)
        assert "a small copy of every photo" in browser.get("/")
    assert sorted(path.suffixes for path in tmp_path.rglob("*.jpg")) == [[".jpg"], [".thumb", ".jpg"]]


@pytest.fixture(scope="module")
def server_with_bucket(tmp_path_factory, s3):
    keys = {"AWS_ACCESS_KEY_ID": s3.access_key, "AWS_SECRET_ACCESS_KEY": s3.secret_key}
    variables = {"S3_BUCKET": s3.name, "S3_ENDPOINT": s3.endpoint, "S3_REGION": "eu-central-1", **keys}
    with running_server(tmp_path_factory.mktemp("bucket"), **variables) as server:
        yield server


async def classify_and_keep(browser: Browser, photo: bytes) -> str:
    """Return the id of a record whose photo is stored."""
    async with browser.open_feed() as feed:
        record_id = (await browser.classify(photo, keep=True))["record"]
        async with asyncio.timeout(20):
            while f"/history/{record_id}/thumbnail" not in await asyncio.to_thread(browser.get, "/history"):
                await feed.recv()
    return record_id


async def test_a_kept_photo_is_stored_in_the_bucket_and_opens_by_a_signed_url_only(server_with_bucket, chelsea):
    browser = Browser(server_with_bucket)
    url = browser.get_photo_url(await classify_and_keep(browser, chelsea))
    assert "X-Amz-Signature=" in url
    with pytest.raises(urllib.error.HTTPError, match=r"40[03]"):
        await asyncio.to_thread(urllib.request.urlopen, url.partition("?")[0], timeout=10)
    assert list(server_with_bucket.data_dir.rglob("*.jpg")) == []


async def test_deleting_the_whole_history_deletes_the_photos_in_the_bucket(server_with_bucket, chelsea):
    browser = Browser(server_with_bucket)
    record_id = await classify_and_keep(browser, chelsea)
    url = browser.get_photo_url(record_id)
    browser.post("/history/delete")
    with pytest.raises(urllib.error.HTTPError, match="404"):
        await asyncio.to_thread(urllib.request.urlopen, url, timeout=10)
    assert record_id not in browser.get("/history/export.json")
