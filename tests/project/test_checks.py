"""Combinations of settings that would start and then disappoint."""

import subprocess

import pytest

from project import checks
from project.roles import Engine, Environment, Precision, Role
from tests.server_process import manage


def found(check) -> list[str]:
    return [message.id for message in check()]


def test_a_frontend_without_a_backend_is_an_error(settings):
    settings.ROLE, settings.BACKEND_WS_URL = Role.FRONTEND, ""
    assert found(checks.check_roles) == ["project.E001"]


def test_a_backend_that_no_page_may_use_is_a_warning(settings):
    settings.ROLE, settings.FRONTEND_ORIGINS = Role.BACKEND, []
    assert found(checks.check_roles) == ["project.W001"]


def test_a_database_password_that_nothing_uses_is_a_warning(settings):
    settings.DATABASE, settings.DATABASE_PASSWORD = None, "x"
    assert found(checks.check_secrets) == ["project.W003"]


def test_a_password_of_its_own_goes_into_the_databases_address(tmp_path):
    code = "from django.conf import settings; print(settings.DATABASES['default']['PASSWORD'])"
    url = "postgresql://animals@127.0.0.1/animals"
    assert (
        manage(tmp_path, "shell", "--command", code, DATABASE_URL=url, DATABASE_PASSWORD="apart").strip()[-5:]
        == "apart"
    )


def test_both_roles_in_one_with_another_backend_is_a_warning(settings):
    settings.ROLE, settings.BACKEND_WS_URL = Role.ALL, "ws://127.0.0.1:8001"
    assert found(checks.check_roles) == ["project.W002"]


def test_production_with_a_short_key_or_debug_is_an_error(settings):
    settings.ENVIRONMENT, settings.SECRET_KEY, settings.DEBUG = Environment.PRODUCTION, "short", True
    assert found(checks.check_secrets) == ["project.E004", "project.E005"]


def test_production_that_takes_any_host_is_an_error(settings):
    settings.ENVIRONMENT, settings.ALLOWED_HOSTS, settings.TRUSTED_PROXIES = Environment.PRODUCTION, ["*"], 1
    assert found(checks.check_hosts) == ["project.E002"]


@pytest.mark.parametrize("role", ["frontend", "backend", "all"])
def test_a_deployment_passes_djangos_own_checks(tmp_path, role):
    production = {
        "ENVIRONMENT": "production",
        "DEBUG": "0",
        "ROLE": role,
        "ALLOWED_HOSTS": "a.example",
        "TRUSTED_PROXIES": "1",
        "SECRET_KEY": "".join(chr(33 + place) for place in range(60)),
        "FRONTEND_ORIGINS": "https://a.example",
        "BACKEND_WS_URL": "wss://b.example" if role == "frontend" else "",
        "DATABASE_URL": "postgresql://u:p@db.example/n",
        "REDIS_URL": "rediss://:p@redis.example",
    }
    manage(tmp_path, "check", "--deploy", "--fail-level", "WARNING", **production)


def test_the_default_is_fine(settings):
    settings.ROLE, settings.BACKEND_WS_URL = Role.ALL, ""
    assert found(checks.check_roles) + found(checks.check_hosts) == []


def test_production_without_hosts_and_with_a_plain_socket_is_an_error(settings):
    settings.ENVIRONMENT, settings.ALLOWED_HOSTS = Environment.PRODUCTION, []
    settings.BACKEND_WS_URL, settings.TRUSTED_PROXIES = "ws://backend.example", 1
    assert found(checks.check_hosts) == ["project.E002", "project.E003"]


def test_production_without_a_proxy_that_speaks_tls_is_an_error(settings):
    settings.ENVIRONMENT, settings.ALLOWED_HOSTS = Environment.PRODUCTION, ["a.example"]
    settings.TRUSTED_PROXIES = 0
    assert found(checks.check_hosts) == ["project.E006"]


def test_one_role_in_production_with_a_database_of_its_own_is_a_warning(settings):
    settings.ENVIRONMENT, settings.ROLE = Environment.PRODUCTION, Role.BACKEND
    assert found(checks.check_stores) == ["project.W003"]


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"ROLE": "both"}, "ROLE='both' is not valid: it must be one of frontend, backend, all"),
        ({"ENGINE": "onnx"}, "ENGINE='onnx' is not valid: it must be one of litert, tensorflow"),
        ({"ENVIRONMENT": "production", "SECRET_KEY": ""}, "SECRET_KEY (or SECRET_KEY_FILE) must be set"),
        ({"ROLE": "frontend"}, "ROLE=frontend has no backend"),
    ],
)
def test_a_process_that_is_set_up_wrong_refuses_in_words(tmp_path, variables, words):
    with pytest.raises(subprocess.CalledProcessError) as refusal:
        manage(tmp_path, "check", **variables)
    assert words in refusal.value.stderr


def test_the_reference_engine_in_int8_is_an_error(settings):
    settings.ENGINE, settings.PRECISION = Engine.TENSORFLOW, Precision.INT8
    assert found(checks.check_precision) == ["project.E007"]
    settings.PRECISION = Precision.FLOAT32
    assert found(checks.check_precision) == []
