"""The real commands against an emulated AWS that keeps records only: no container runs, ``docker`` is a stand-in."""

import json

import boto3
import pytest

from tests.aws.running import command, emulated, person
from tests.infrastructure.stacks import DIGEST

DOCKER = f"""#!/bin/sh
echo "$@" >> "$DOCKER_CALLS"
for last; do :; done
[ "$1" = inspect ] && echo "${{last%:*}}@{DIGEST}"
exit 0
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("deploy")


@pytest.fixture(scope="module")
def somebody(folder):
    """Who deploys, to an account where nothing stands yet."""
    program = folder / "docker"
    program.write_text(DOCKER)
    program.chmod(0o755)
    with emulated(folder / "emulator.log") as address:
        found = person(address, PROFILE="demo", DOCKER_CALLS=str(folder / "calls"), CONFIRM="AnimalClassifier")
        yield found | {"PATH": f"{folder}:{found['PATH']}"}


def does(name: str, somebody: dict[str, str]) -> str:
    done = command(name, somebody)
    assert done.returncode == 0, done.stdout
    return done.stdout


def client(service: str, somebody: dict[str, str]):
    return boto3.client(
        service,
        endpoint_url=somebody["AWS_ENDPOINT_URL"],
        region_name="us-east-1",
        aws_access_key_id=somebody["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=somebody["AWS_SECRET_ACCESS_KEY"],
    )


def test_an_account_that_is_not_the_profiles_is_refused(somebody):
    done = command("infrastructure.deploy deploy", somebody | {"CDK_DEFAULT_ACCOUNT": "210987654321"})
    assert done.returncode == 1
    assert "CDK_DEFAULT_ACCOUNT is 210987654321, but the active profile is of 123456789012" in done.stdout


def test_a_region_that_is_not_the_profiles_is_refused(somebody):
    done = command("infrastructure.deploy deploy", somebody | {"CDK_DEFAULT_REGION": "eu-west-1"})
    assert "CDK_DEFAULT_REGION is eu-west-1, but the active profile is in us-east-1" in done.stdout


def test_it_deploys_diffs_empty_and_leaves_nothing(somebody, folder):
    said = does("infrastructure.deploy deploy", somebody)
    assert "https://app.localtest.example" in said
    calls = (folder / "calls").read_text()
    assert "push --quiet 123456789012.dkr.ecr.us-east-1.amazonaws.com/animal-classifier-backend:release" in calls
    seen = json.loads(does("infrastructure.monitor --json", somebody))
    assert seen["healthy"] is True
    assert [service["name"] for service in seen["services"]] == ["FrontendService", "BackendService"]
    assert "There were no differences" in does("infrastructure.deploy diff", somebody)
    assert "get-secret-value" in does("infrastructure.deploy admin-user", somebody)
    does("infrastructure.deploy destroy", somebody)
    stacks = client("cloudformation", somebody).describe_stacks()["Stacks"]
    assert [stack["StackName"] for stack in stacks if stack["StackStatus"] != "DELETE_COMPLETE"] == ["CDKToolkit"]
    assert client("rds", somebody).describe_db_instances()["DBInstances"] == []
    assert client("elbv2", somebody).describe_load_balancers()["LoadBalancers"] == []
    assert client("ecs", somebody).list_clusters()["clusterArns"] == []
    repositories = client("ecr", somebody).describe_repositories()["repositories"]
    assert [one for one in repositories if not one["repositoryName"].startswith("cdk-")] == []
    assert client("logs", somebody).describe_log_groups()["logGroups"] == []
    assert client("secretsmanager", somebody).list_secrets()["SecretList"] == []
