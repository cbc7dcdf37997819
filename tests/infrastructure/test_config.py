"""Validation of the deployment settings."""

import pytest
from pydantic import ValidationError

from infrastructure.config import Config, describe_errors, load_config
from tests.infrastructure.templates import REQUIRED, create_config


def error_text(**settings) -> str:
    with pytest.raises(ValidationError) as caught:
        create_config(**settings)
    return "\n".join(describe_errors(caught.value))


def test_the_error_names_all_missing_variables_at_once(monkeypatch):
    for name in Config.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    with pytest.raises(SystemExit) as caught:
        load_config()
    for name in ("CDK_DEFAULT_ACCOUNT", "CDK_DEFAULT_REGION", "DOMAIN_NAME"):
        assert f"{name} is not set: it must be " in str(caught.value)


def test_reads_settings_from_the_environment(monkeypatch):
    for name, value in REQUIRED.items():
        monkeypatch.setenv(name.upper(), value)
    assert load_config().domain_name == "animals.example.org"


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("cdk_default_account", "12345"),
        ("cdk_default_region", "Ireland"),
        ("domain_name", "https://animals.example.org"),
        ("hosted_zone_id", "/hostedzone/Z0123"),
        ("profile", "cheap"),
        ("name_prefix", "Staging"),
    ],
)
def test_the_error_names_the_variable_and_its_invalid_value(variable, value):
    assert f"{variable.upper()} is {value!r}: it must be " in error_text(**{variable: value})


def test_rejects_a_certificate_of_another_region():
    arn = "arn:aws:acm:us-east-1:123456789012:certificate/abc"
    assert "CERTIFICATE_ARN is not in the region CDK_DEFAULT_REGION=eu-west-1" in error_text(certificate_arn=arn)


def test_rejects_settings_without_hosted_zone_and_certificate():
    assert "HOSTED_ZONE_ID or CERTIFICATE_ARN" in error_text(hosted_zone_id="")


def test_rejects_a_task_size_that_fargate_does_not_support():
    assert "BACKEND_CPU=1024 with BACKEND_MEMORY=512" in error_text(backend_memory=512)


def test_rejects_zones_of_another_region():
    assert "AVAILABILITY_ZONES" in error_text(availability_zones="us-east-1a,us-east-1b")
    assert create_config(availability_zones="eu-west-1b,eu-west-1c").zones == ["eu-west-1b", "eu-west-1c"]
