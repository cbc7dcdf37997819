"""Readers of environment variables."""

import multiprocessing
import stat
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from project import env
from project.roles import Role


def error_of(read, *arguments, **options) -> str:
    """Return the message of the error that ``read`` raises."""
    with pytest.raises(ImproperlyConfigured) as error:
        read(*arguments, **options)
    return str(error.value)


def test_an_unknown_role_is_rejected_with_its_value_and_the_choices(monkeypatch):
    monkeypatch.setenv("ROLE", "fronted")
    assert error_of(env.read_choice, "ROLE", Role, Role.ALL) == (
        "ROLE='fronted' is not valid: it must be one of frontend, backend, all."
    )


def test_an_unset_variable_has_its_default(monkeypatch):
    monkeypatch.delenv("ROLE", raising=False)
    assert env.read_choice("ROLE", Role, Role.ALL) is Role.ALL


def test_an_empty_variable_has_its_default(monkeypatch):
    monkeypatch.setenv("PORT", " ")
    assert env.read_integer("PORT", 8000, minimum=1, maximum=65535) == 8000


@pytest.mark.parametrize(
    ("value", "expected"), [("1", True), ("Yes", True), ("on", True), ("0", False), ("FALSE", False)]
)
def test_a_boolean_is_read_from_words_and_digits(monkeypatch, value, expected):
    monkeypatch.setenv("DEBUG", value)
    assert env.read_boolean("DEBUG", default=not expected) is expected


def test_an_invalid_boolean_is_rejected(monkeypatch):
    monkeypatch.setenv("DEBUG", "maybe")
    assert "DEBUG='maybe'" in error_of(env.read_boolean, "DEBUG", default=True)


@pytest.mark.parametrize("value", ["0", "65536", "80a", "-1", "8e3"])
def test_an_integer_out_of_range_is_rejected(monkeypatch, value):
    monkeypatch.setenv("PORT", value)
    assert "from 1 to 65535" in error_of(env.read_integer, "PORT", 8000, minimum=1, maximum=65535)


@pytest.mark.parametrize("value", ["1.1", "-0.1", "nan", "much"])
def test_a_fraction_out_of_range_is_rejected(monkeypatch, value):
    monkeypatch.setenv("VERDICT_THRESHOLD", value)
    assert "from 0 to 1" in error_of(env.read_fraction, "VERDICT_THRESHOLD", 0.65)


@pytest.mark.parametrize("value", ["example.org", "ws://a", "http://a/path", "http://", "http://a?b", "javascript:1"])
def test_an_invalid_origin_is_rejected(monkeypatch, value):
    monkeypatch.setenv("FRONTEND_ORIGINS", value)
    assert "FRONTEND_ORIGINS" in error_of(env.read_origins, "FRONTEND_ORIGINS")


def test_origins_are_normalised(monkeypatch):
    monkeypatch.setenv("FRONTEND_ORIGINS", "https://Example.org/, http://127.0.0.1:8000")
    assert env.read_origins("FRONTEND_ORIGINS") == ["https://example.org", "http://127.0.0.1:8000"]


def test_a_backend_url_must_be_a_websocket_url(monkeypatch):
    monkeypatch.setenv("BACKEND_WS_URL", "http://127.0.0.1:8001")
    assert "ws://host[:port] or wss://host[:port]" in error_of(env.read_websocket_url, "BACKEND_WS_URL")


@pytest.mark.parametrize("value", ["localhost", "mysql://u:secret@h/n", "postgresql://u:secret@h", "sqlite:///f"])
def test_a_database_url_of_another_kind_is_rejected_without_showing_its_password(monkeypatch, value):
    monkeypatch.setenv("DATABASE_URL", value)
    message = error_of(env.read_database, "DATABASE_URL")
    assert "postgresql://user:password@host" in message
    assert "secret" not in message


def test_a_database_url_is_read_with_its_options(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://u:p%40@h:5433/n?sslmode=require")
    config = env.read_database("DATABASE_URL")
    assert config
    assert (config["HOST"], config["PORT"], config["PASSWORD"], config["NAME"]) == ("h", 5433, "p@", "n")
    assert (config["OPTIONS"], config["CONN_HEALTH_CHECKS"]) == ({"sslmode": "require"}, True)


@pytest.mark.parametrize("value", ["localhost:6379", "http://:secret@h", "redis://"])
def test_an_invalid_redis_url_is_rejected_without_showing_its_password(monkeypatch, value):
    monkeypatch.setenv("REDIS_URL", value)
    message = error_of(env.read_redis_url, "REDIS_URL")
    assert "redis[s]://" in message
    assert "secret" not in message


def test_a_secret_is_read_from_the_file_that_name_file_names(monkeypatch, tmp_path):
    (tmp_path / "key").write_text("from a file\n")
    monkeypatch.delenv("SECRET_KEY", raising=False)
    monkeypatch.setenv("SECRET_KEY_FILE", str(tmp_path / "key"))
    assert env.read_text("SECRET_KEY") == "from a file"


def test_a_secret_in_a_variable_and_in_a_file_is_rejected(monkeypatch, tmp_path):
    monkeypatch.setenv("SECRET_KEY", "a secret")
    monkeypatch.setenv("SECRET_KEY_FILE", str(tmp_path))
    assert "both set" in error_of(env.read_text, "SECRET_KEY")


def test_a_missing_secret_file_is_rejected(monkeypatch):
    monkeypatch.delenv("SECRET_KEY", raising=False)
    monkeypatch.setenv("SECRET_KEY_FILE", "nowhere")
    assert "cannot be read" in error_of(env.read_text, "SECRET_KEY")


def test_a_missing_signing_key_is_rejected_in_production(monkeypatch, tmp_path):
    monkeypatch.delenv("SECRET_KEY", raising=False)
    assert "SECRET_KEY" in error_of(env.load_secret_key, "SECRET_KEY", tmp_path / "key", required=True)


def test_the_signing_key_is_generated_once_and_readable_by_its_owner_only(monkeypatch, tmp_path):
    monkeypatch.delenv("SECRET_KEY", raising=False)
    key = env.load_secret_key("SECRET_KEY", tmp_path / "key", required=False)
    assert env.load_secret_key("SECRET_KEY", tmp_path / "key", required=False) == key
    assert stat.S_IMODE((tmp_path / "key").stat().st_mode) == 0o600
    assert len(key) >= 50


def _load_key(file: Path) -> str:
    return env.load_secret_key("ANIMAL_TEST_KEY", file, required=False)


def test_processes_that_start_at_the_same_time_load_the_same_key(tmp_path):
    with multiprocessing.get_context("spawn").Pool(4) as pool:
        assert len(set(pool.map(_load_key, [tmp_path / "key"] * 8))) == 1
