"""The production stores as real servers: records and objects are stored, and survive a crash of the server."""

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
from redis.exceptions import TimeoutError as RedisTimeoutError

from infrastructure.local import servers
from tests.server_process import manage
from tests.stores import postgres_server, redis_server

pytestmark = pytest.mark.process

MIGRATE_AND_INSERT = """
from django.core.management import call_command
from tests.classifier.answers import insert, new_record
call_command("migrate", verbosity=0)
insert(new_record(name="{name}"), new_record(name="{name}"))
"""


def fetch_value(url: str, query: LiteralString, *parameters: str):
    """Return the first column of the first row."""
    with closing(psycopg.connect(url)) as connection:
        row = connection.execute(query, parameters).fetchone()
        return row and row[0]


def test_migrations_and_records_work_on_postgresql(tmp_path, postgres):
    name = f"{uuid4()}.jpg"
    manage(tmp_path, "shell", "--command", MIGRATE_AND_INSERT.format(name=name), DATABASE_URL=postgres)
    assert fetch_value(postgres, "SELECT count(*) FROM classifier_classification WHERE name = %s", name) == 2
    assert not (tmp_path / "db.sqlite3").exists()


def test_postgresql_keeps_its_data_after_it_was_killed():
    with postgres_server() as server:
        url = servers.postgres_url(server)
        with closing(psycopg.connect(url, autocommit=True)) as connection:
            connection.execute("CREATE TABLE stored AS SELECT 1 AS value")
        server.kill()
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(url, connect_timeout=2)
        server.start()
        assert fetch_value(url, "SELECT value FROM stored") == 1


def test_redis_times_out_while_it_is_frozen_and_answers_afterwards():
    with redis_server() as server, Redis.from_url(servers.redis_url(server), socket_timeout=0.2) as redis:
        redis.set("key", 1)
        server.freeze()
        with pytest.raises(RedisTimeoutError):
            redis.get("key")
        server.thaw()
        assert redis.get("key") == b"1"


def test_an_object_in_the_bucket_opens_with_a_valid_signature_only(s3):
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
    url = client.generate_presigned_url("get_object", Params={"Bucket": s3.name, "Key": key})
    with urllib.request.urlopen(url, timeout=10) as response:
        assert response.read() == b"jpeg"
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(url.replace("Signature=", "Signature=0"), timeout=10)
