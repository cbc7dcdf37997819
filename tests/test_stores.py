"""The stores of production, as real servers: each takes what is written, and comes back after it was killed."""

import urllib.error
import urllib.request
from contextlib import closing
from typing import LiteralString
from uuid import uuid4

import boto3
import psycopg
import pytest
from botocore.config import Config
from redis import Redis
from redis.exceptions import TimeoutError as NoAnswer

from infrastructure.local import servers
from tests.server_process import manage
from tests.stores import postgres_server, redis_server

ROW = """
from tests.classifier.answers import insert, new_record
insert(new_record(), new_record())
"""


def scalar(url: str, query: LiteralString):
    with closing(psycopg.connect(url)) as line:
        found = line.execute(query).fetchone()
        return found and found[0]


def test_migrations_run_and_records_are_written_on_postgresql(tmp_path, postgres):
    manage(tmp_path, "migrate", "--verbosity", "0", DATABASE_URL=postgres)
    before = scalar(postgres, "SELECT count(*) FROM classifier_classification")
    manage(tmp_path, "shell", "--command", ROW, DATABASE_URL=postgres)
    assert scalar(postgres, "SELECT count(*) FROM classifier_classification") == before + 2
    assert not (tmp_path / "db.sqlite3").exists()


def test_a_postgresql_that_was_killed_comes_back_with_what_it_had():
    with postgres_server() as server:
        url = servers.postgres_url(server)
        with closing(psycopg.connect(url, autocommit=True)) as line:
            line.execute("CREATE TABLE kept AS SELECT 1 AS one")
        server.kill()
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(url, connect_timeout=2)
        server.start()
        assert scalar(url, "SELECT one FROM kept") == 1


def test_a_frozen_redis_answers_nobody_and_goes_on_when_thawed():
    with redis_server() as server, Redis.from_url(servers.redis_url(server), socket_timeout=0.2) as line:
        line.set("one", 1)
        server.freeze()
        with pytest.raises(NoAnswer):
            line.get("one")
        server.thaw()
        assert line.get("one") == b"1"


def test_the_bucket_takes_an_object_and_gives_it_to_who_holds_its_signed_address(s3):
    client = boto3.client(
        "s3",
        endpoint_url=s3.endpoint,
        aws_access_key_id=s3.access_key,
        aws_secret_access_key=s3.secret_key,
        region_name="eu-central-1",
        config=Config(signature_version="s3v4", s3={"addressing_style": "path"}),
    )
    key = f"photos/{uuid4()}.jpg"
    client.put_object(Bucket=s3.name, Key=key, Body=b"jpeg")
    address = client.generate_presigned_url("get_object", Params={"Bucket": s3.name, "Key": key})
    with urllib.request.urlopen(address, timeout=10) as answer:
        assert answer.read() == b"jpeg"
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(address.replace("Signature=", "Signature=0"), timeout=10)
