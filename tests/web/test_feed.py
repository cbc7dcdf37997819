"""The live feed and the storage of real servers: news for whose they are, photos in a bucket or nowhere."""

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
from websockets.exceptions import ConnectionClosed

from infrastructure.local import certificate, servers
from tests.client import authenticated
from tests.running import Running, running
from tests.stores import redis_server

#: Longer than news take; what has not come by then does not come.
A_WHILE_S = 1.0


@dataclass
class Browser:
    """A browser without a screen: cookies, tickets, pages."""

    server: Running

    def __post_init__(self) -> None:
        self.jar = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.jar))
        found = re.search(r'data-ticket="([^"]+)"', self.get("/"))
        assert found
        self.ticket = found[1]

    def get(self, path: str) -> str:
        with self.opener.open(f"{self.server.url}{path}", timeout=10) as answer:
            return answer.read().decode()

    def post(self, path: str) -> None:
        token = re.search(r'csrfmiddlewaretoken" value="(\w+)"', self.get(path))
        assert token
        self.opener.open(f"{self.server.url}{path}", f"csrfmiddlewaretoken={token[1]}".encode(), timeout=10).close()

    def photo_of(self, record: str) -> str:
        """Where the way to a kept photo ends, which must be at a JPEG."""
        with self.opener.open(f"{self.server.url}/history/{record}/photo", timeout=10) as answer:
            assert answer.headers["Content-Type"] == "image/jpeg"
            return answer.url

    @property
    def cookies(self) -> str:
        return "; ".join(f"{cookie.name}={cookie.value}" for cookie in self.jar)

    @asynccontextmanager
    async def feed(self, **options):
        url = f"{self.server.url.replace('http', 'ws', 1)}/ws/history"
        async with connect(url, additional_headers={"Cookie": self.cookies}, **options) as line:
            yield line

    async def classify(self, picture: bytes, **fields) -> dict:
        async with authenticated(self.server, self.ticket) as client:
            return await client.classify(picture, **fields)


@pytest.fixture
def someone(server) -> Browser:
    return Browser(server)


async def test_news_come_to_every_open_page_of_the_owner_and_to_nobody_else(server, someone, chelsea):
    async with someone.feed() as one, someone.feed() as two, Browser(server).feed() as foreign:
        for line in (one, two, foreign):
            assert await line.recv() == '{"type": "changed"}'  # what came before it listened
        record = (await someone.classify(chelsea, views="fast"))["record"]
        assert [await line.recv() for line in (one, two)] == ['{"type": "changed"}'] * 2
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(foreign.recv(), A_WHILE_S)
    assert record in await asyncio.to_thread(someone.get, "/history")


@pytest.mark.parametrize(
    ("headers", "code"),
    [({"Cookie": ""}, 4401), ({"Cookie": "owner=forged:1:2"}, 4401), ({"Origin": "https://elsewhere.example"}, 4403)],
)
async def test_who_is_not_known_hears_nothing(server, someone, headers, code):
    url = f"{server.url.replace('http', 'ws', 1)}/ws/history"
    async with connect(url, additional_headers={"Cookie": someone.cookies, **headers}) as line:
        with pytest.raises(ConnectionClosed) as closed:
            await line.recv()
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == code


async def test_more_open_pages_than_one_address_may_have_are_refused(tmp_path):
    with running(tmp_path, ADDRESS_SOCKETS="2") as server:
        someone = Browser(server)
        async with someone.feed() as one, someone.feed() as two, someone.feed() as three:
            with pytest.raises(ConnectionClosed, match="4429"):
                await three.recv()
            assert [await line.recv() for line in (one, two)] == ['{"type": "changed"}'] * 2
        async with someone.feed() as again:
            assert await again.recv() == '{"type": "changed"}'


@pytest.fixture(params=["redis", "rediss"])
def redis_address(request, tmp_path) -> Iterator[str]:
    """Redis as it is on a laptop, and over TLS as it is on AWS."""
    pair = certificate.self_signed(tmp_path / "tls", ["localhost"]) if request.param == "rediss" else None
    with redis_server(pair) as server:
        yield servers.redis_url(server, pair and pair[0])


async def test_news_and_counts_cross_from_role_to_role_through_redis(tmp_path, redis_address, chelsea):
    variables = {"REDIS_URL": redis_address, "FRONTEND_ORIGINS": "http://127.0.0.1:1"}
    with (
        running(tmp_path, ROLE="backend", **variables) as backend,
        running(tmp_path, ROLE="frontend", BACKEND_WS_URL=backend.url.replace("http", "ws"), **variables) as pages,
        Redis.from_url(redis_address) as redis,
    ):
        browser = Browser(pages)
        async with browser.feed() as line:
            await line.recv()
            async with authenticated(backend, browser.ticket) as client:
                await client.classify(chelsea)
            assert await asyncio.wait_for(line.recv(), 10) == '{"type": "changed"}'
        assert redis.keys("limits*owner*")


async def test_a_hundred_answers_leave_no_file_where_photos_are_never_kept(tmp_path, chelsea):
    with running(tmp_path, KEEP_PHOTOS="never") as server:
        browser = Browser(server)
        async with authenticated(server, browser.ticket) as client:
            for _ in range(100):
                assert (await client.classify(chelsea, views="fast", keep=True))["type"] == "result"
        assert '<div class="consent" hidden>' in browser.get("/")
    assert [path for path in tmp_path.rglob("*") if path.suffix == ".jpg"] == []


async def test_every_photo_is_kept_where_the_operator_says_so(tmp_path, chelsea):
    with running(tmp_path, KEEP_PHOTOS="always") as server:
        browser = Browser(server)
        await browser.classify(chelsea)
        assert "a small copy of every photo are kept there" in browser.get("/")
    assert sorted(path.suffixes for path in tmp_path.rglob("*.jpg")) == [[".jpg"], [".thumb", ".jpg"]]


@pytest.fixture
def with_bucket(tmp_path, s3):
    keys = {"AWS_ACCESS_KEY_ID": s3.access_key, "AWS_SECRET_ACCESS_KEY": s3.secret_key}
    with running(tmp_path, S3_BUCKET=s3.name, S3_ENDPOINT=s3.endpoint, S3_REGION="eu-central-1", **keys) as server:
        yield server


async def kept(browser: Browser, picture: bytes) -> str:
    """The record of a photo that is in the storage."""
    async with browser.feed() as line:
        record = (await browser.classify(picture, keep=True))["record"]
        async with asyncio.timeout(20):
            while f"/history/{record}/thumbnail" not in await asyncio.to_thread(browser.get, "/history"):
                await line.recv()
    return record


async def test_a_kept_photo_lies_in_the_bucket_and_opens_by_a_signed_address(with_bucket, tmp_path, chelsea):
    browser = Browser(with_bucket)
    address = browser.photo_of(await kept(browser, chelsea))
    assert "X-Amz-Signature=" in address
    with pytest.raises(urllib.error.HTTPError, match=r"40[03]"):
        await asyncio.to_thread(urllib.request.urlopen, address.partition("?")[0], timeout=10)
    assert list(tmp_path.rglob("*.jpg")) == []


async def test_delete_all_leaves_no_object_in_the_bucket(with_bucket, chelsea):
    browser = Browser(with_bucket)
    record = await kept(browser, chelsea)
    address = browser.photo_of(record)
    browser.post("/history/delete")
    with pytest.raises(urllib.error.HTTPError, match="404"):
        await asyncio.to_thread(urllib.request.urlopen, address, timeout=10)
    assert record not in browser.get("/history/export.json")
