"""What a deployment is told, and what it refuses to be told."""

import pytest
from pydantic import ValidationError

from infrastructure import config as configuration
from infrastructure.config import Config, explain
from tests.infrastructure.stacks import NEEDED, config


def refused(**other) -> str:
    with pytest.raises(ValidationError) as caught:
        config(**other)
    return "\n".join(explain(caught.value))


def test_everything_that_is_missing_is_named_at_once(monkeypatch):
    for name in Config.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    with pytest.raises(SystemExit) as end:
        configuration.read()
    for name in ("CDK_DEFAULT_ACCOUNT", "CDK_DEFAULT_REGION", "DOMAIN_NAME"):
        assert f"{name} is not set: it must be " in str(end.value)


def test_the_environment_is_read(monkeypatch):
    for name, value in NEEDED.items():
        monkeypatch.setenv(name.upper(), value)
    assert configuration.read().domain_name == "animals.example.org"


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
def test_a_wrong_value_is_refused_by_name(variable, value):
    assert f"{variable.upper()} is {value!r}: it must be " in refused(**{variable: value})


def test_a_certificate_of_another_region_is_refused():
    arn = "arn:aws:acm:us-east-1:123456789012:certificate/abc"
    assert "CERTIFICATE_ARN is of another region" in refused(certificate_arn=arn)


def test_neither_zone_nor_certificate_is_refused():
    assert "HOSTED_ZONE_ID or CERTIFICATE_ARN" in refused(hosted_zone_id="")


def test_a_size_that_fargate_does_not_have_is_refused():
    assert "BACKEND_CPU=1024 with BACKEND_MEMORY=512" in refused(backend_memory=512)


def test_zones_of_another_region_are_refused():
    assert "AVAILABILITY_ZONES" in refused(availability_zones="us-east-1a,us-east-1b")
    assert config(availability_zones="eu-west-1b,eu-west-1c").zones == ["eu-west-1b", "eu-west-1c"]
