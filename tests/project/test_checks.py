"""System checks for combinations of settings with which a process starts but does not work as intended."""

import subprocess

import pytest

from project import checks
from project.roles import Engine, Environment, Precision, Role
from tests.server_process import manage


def message_ids(check) -> list[str]:
    return [message.id for message in check()]


def test_the_default_settings_give_no_message(settings):
    settings.ROLE, settings.BACKEND_WS_URL = Role.ALL, ""
    assert message_ids(checks.check_roles) + message_ids(checks.check_hosts) == []


def test_a_frontend_without_a_backend_is_an_error(settings):
    settings.ROLE, settings.BACKEND_WS_URL = Role.FRONTEND, ""
    assert message_ids(checks.check_roles) == ["project.E001"]


def test_a_backend_that_accepts_no_page_is_a_warning(settings):
    settings.ROLE, settings.FRONTEND_ORIGINS = Role.BACKEND, []
    assert message_ids(checks.check_roles) == ["project.W001"]


def test_role_all_with_another_backend_is_a_warning(settings):
    settings.ROLE, settings.BACKEND_WS_URL = Role.ALL, "ws://127.0.0.1:8001"
    assert message_ids(checks.check_roles) == ["project.W002"]


def test_a_database_password_without_a_database_url_is_a_warning(settings):
    settings.DATABASE, settings.DATABASE_PASSWORD = None, "x"
    assert message_ids(checks.check_secrets) == ["project.W003"]


@pytest.mark.process
def test_database_password_replaces_the_password_of_database_url(tmp_path):
    code = "from django.conf import settings; print(settings.DATABASES['default']['PASSWORD'])"
    url = "postgresql://animals@127.0.0.1/animals"
    output = manage(tmp_path, "shell", "--command", code, DATABASE_URL=url, DATABASE_PASSWORD="apart")
    assert output.strip().endswith("apart")


def test_production_with_a_short_key_and_debug_is_an_error(settings):
    settings.ENVIRONMENT, settings.SECRET_KEY, settings.DEBUG = Environment.PRODUCTION, "short", True
    assert message_ids(checks.check_secrets) == ["project.E004", "project.E005"]


def test_production_that_accepts_any_host_name_is_an_error(settings):
    settings.ENVIRONMENT, settings.ALLOWED_HOSTS, settings.TRUSTED_PROXIES = Environment.PRODUCTION, ["*"], 1
    assert message_ids(checks.check_hosts) == ["project.E002"]


def test_production_without_host_names_and_with_an_unencrypted_backend_url_is_an_error(settings):
    settings.ENVIRONMENT, settings.ALLOWED_HOSTS = Environment.PRODUCTION, []
    settings.BACKEND_WS_URL, settings.TRUSTED_PROXIES = "ws://backend.example", 1
    assert message_ids(checks.check_hosts) == ["project.E002", "project.E003"]


def test_production_without_a_tls_proxy_is_an_error(settings):
    settings.ENVIRONMENT, settings.ALLOWED_HOSTS = Environment.PRODUCTION, ["a.example"]
    settings.TRUSTED_PROXIES = 0
    assert message_ids(checks.check_hosts) == ["project.E006"]


def test_a_single_role_in_production_without_a_shared_database_is_a_warning(settings):
    settings.ENVIRONMENT, settings.ROLE = Environment.PRODUCTION, Role.BACKEND
    assert message_ids(checks.check_stores) == ["project.W004"]


def test_the_tensorflow_engine_with_int8_is_an_error(settings):
    settings.ENGINE, settings.PRECISION = Engine.TENSORFLOW, Precision.INT8
    assert message_ids(checks.check_precision) == ["project.E007"]
    settings.PRECISION = Precision.FLOAT32
    assert message_ids(checks.check_precision) == []


@pytest.mark.parametrize("role", ["frontend", "backend", "all"])
@pytest.mark.process
def test_a_complete_production_environment_passes_djangos_deployment_checks(tmp_path, role):
    production = {
        "ENVIRONMENT": "production",
        "DEBUG": "0",
        "ROLE": role,
        "ALLOWED_HOSTS": "a.example",
        "TRUSTED_PROXIES": "1",
        "SECRET_KEY": "".join(chr(33 + number) for number in range(60)),
        "FRONTEND_ORIGINS": "https://a.example",
        "BACKEND_WS_URL": "wss://b.example" if role == "frontend" else "",
        "DATABASE_URL": "postgresql://u:p@db.example/n",
        "REDIS_URL": "rediss://:p@redis.example",
    }
    manage(tmp_path, "check", "--deploy", "--fail-level", "WARNING", **production)


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({"ROLE": "both"}, "ROLE='both' is not valid: it must be one of frontend, backend, all"),
        ({"ENGINE": "onnx"}, "ENGINE='onnx' is not valid: it must be one of litert, tensorflow"),
        ({"ENVIRONMENT": "production", "SECRET_KEY": ""}, "SECRET_KEY (or SECRET_KEY_FILE) must be set"),
        ({"ROLE": "frontend"}, "ROLE=frontend has no backend"),
    ],
)
@pytest.mark.process
def test_manage_py_stops_with_a_message_about_the_invalid_setting(tmp_path, variables, message):
    with pytest.raises(subprocess.CalledProcessError) as failure:
        manage(tmp_path, "check", **variables)
    assert message in failure.value.stderr
