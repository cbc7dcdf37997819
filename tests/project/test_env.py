"""Readers of the environment."""

import multiprocessing
import stat
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from project import env
from project.roles import Role


def refused(read, *arguments, **named) -> str:
    with pytest.raises(ImproperlyConfigured) as refusal:
        read(*arguments, **named)
    return str(refusal.value)


def test_an_unknown_role_is_refused_with_its_name_and_the_choices(monkeypatch):
    monkeypatch.setenv("ROLE", "fronted")
    assert refused(env.choice, "ROLE", Role, Role.ALL) == (
        "ROLE='fronted' is not valid: it must be one of frontend, backend, all."
    )


def test_an_unset_variable_is_its_default(monkeypatch):
    monkeypatch.delenv("ROLE", raising=False)
    assert env.choice("ROLE", Role, Role.ALL) is Role.ALL


def test_an_empty_variable_is_its_default(monkeypatch):
    monkeypatch.setenv("PORT", " ")
    assert env.number("PORT", 8000, minimum=1, maximum=65535) == 8000


@pytest.mark.parametrize(("said", "meant"), [("1", True), ("Yes", True), ("on", True), ("0", False), ("FALSE", False)])
def test_booleans_are_read_in_words_and_digits(monkeypatch, said, meant):
    monkeypatch.setenv("DEBUG", said)
    assert env.boolean("DEBUG", default=not meant) is meant


def test_a_boolean_that_is_none_is_refused(monkeypatch):
    monkeypatch.setenv("DEBUG", "maybe")
    assert "DEBUG='maybe'" in refused(env.boolean, "DEBUG", default=True)


@pytest.mark.parametrize("value", ["0", "65536", "80a", "-1", "8e3"])
def test_a_number_out_of_its_range_is_refused(monkeypatch, value):
    monkeypatch.setenv("PORT", value)
    assert "from 1 to 65535" in refused(env.number, "PORT", 8000, minimum=1, maximum=65535)


@pytest.mark.parametrize("value", ["1.1", "-0.1", "nan", "much"])
def test_a_fraction_out_of_its_range_is_refused(monkeypatch, value):
    monkeypatch.setenv("VERDICT_THRESHOLD", value)
    assert "from 0 to 1" in refused(env.fraction, "VERDICT_THRESHOLD", 0.65)


@pytest.mark.parametrize("value", ["example.org", "ws://a", "http://a/path", "http://", "http://a?b", "javascript:1"])
def test_an_origin_that_is_none_is_refused(monkeypatch, value):
    monkeypatch.setenv("FRONTEND_ORIGINS", value)
    assert "FRONTEND_ORIGINS" in refused(env.origins, "FRONTEND_ORIGINS")


def test_origins_are_normalised(monkeypatch):
    monkeypatch.setenv("FRONTEND_ORIGINS", "https://Example.org/, http://127.0.0.1:8000")
    assert env.origins("FRONTEND_ORIGINS") == ["https://example.org", "http://127.0.0.1:8000"]


def test_a_backend_url_must_be_a_websocket_url(monkeypatch):
    monkeypatch.setenv("BACKEND_WS_URL", "http://127.0.0.1:8001")
    assert "ws://host[:port] or wss://host[:port]" in refused(env.socket_url, "BACKEND_WS_URL")


@pytest.mark.parametrize("value", ["localhost", "mysql://u:secret@h/n", "postgresql://u:secret@h", "sqlite:///f"])
def test_a_database_that_is_not_postgresql_is_refused_without_its_password(monkeypatch, value):
    monkeypatch.setenv("DATABASE_URL", value)
    said = refused(env.database, "DATABASE_URL")
    assert "postgresql://user:password@host" in said
    assert "secret" not in said


def test_a_database_is_read_with_its_options(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://u:p%40@h:5433/n?sslmode=require")
    found = env.database("DATABASE_URL")
    assert found
    assert (found["HOST"], found["PORT"], found["PASSWORD"], found["NAME"]) == ("h", 5433, "p@", "n")
    assert (found["OPTIONS"], found["CONN_HEALTH_CHECKS"]) == ({"sslmode": "require"}, True)


@pytest.mark.parametrize("value", ["localhost:6379", "http://:secret@h", "redis://"])
def test_a_redis_address_that_is_none_is_refused_without_its_password(monkeypatch, value):
    monkeypatch.setenv("REDIS_URL", value)
    said = refused(env.redis_url, "REDIS_URL")
    assert "redis[s]://" in said
    assert "secret" not in said


def test_a_secret_may_lie_in_a_file(monkeypatch, tmp_path):
    (tmp_path / "key").write_text("from a file\n")
    monkeypatch.delenv("SECRET_KEY", raising=False)
    monkeypatch.setenv("SECRET_KEY_FILE", str(tmp_path / "key"))
    assert env.text("SECRET_KEY") == "from a file"


def test_a_secret_both_in_a_file_and_not_is_refused(monkeypatch, tmp_path):
    monkeypatch.setenv("SECRET_KEY", "one")
    monkeypatch.setenv("SECRET_KEY_FILE", str(tmp_path))
    assert "both set" in refused(env.text, "SECRET_KEY")


def test_a_secret_file_that_is_not_there_is_refused(monkeypatch):
    monkeypatch.delenv("SECRET_KEY", raising=False)
    monkeypatch.setenv("SECRET_KEY_FILE", "nowhere")
    assert "cannot be read" in refused(env.text, "SECRET_KEY")


def test_the_key_is_refused_when_missing_in_production(monkeypatch, tmp_path):
    monkeypatch.delenv("SECRET_KEY", raising=False)
    assert "SECRET_KEY" in refused(env.secret_key, "SECRET_KEY", tmp_path / "key", required=True)


def test_the_key_is_generated_once_and_only_its_owner_may_read_it(monkeypatch, tmp_path):
    monkeypatch.delenv("SECRET_KEY", raising=False)
    first = env.secret_key("SECRET_KEY", tmp_path / "key", required=False)
    assert env.secret_key("SECRET_KEY", tmp_path / "key", required=False) == first
    assert stat.S_IMODE((tmp_path / "key").stat().st_mode) == 0o600
    assert len(first) >= 50


def _key(file: Path) -> str:
    return env.secret_key("ANIMAL_TEST_KEY", file, required=False)


def test_processes_that_start_together_agree_on_the_key(tmp_path):
    with multiprocessing.get_context("spawn").Pool(4) as pool:
        assert len(set(pool.map(_key, [tmp_path / "key"] * 8))) == 1
