"""The deployment commands against an emulated AWS that starts no container. A script replaces ``docker``."""

import json
import sys

import pytest

from tests.aws.emulated_account import create_client, deployer_environment, run_command, run_emulator
from tests.infrastructure.templates import DIGEST

DOCKER_SCRIPT = f"""#!/bin/sh
echo "$@" >> "$DOCKER_CALLS"
for last; do :; done
[ "$1" = inspect ] && echo "${{last%:*}}@{DIGEST}"
exit 0
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("deploy")


@pytest.fixture(scope="module")
def environment(folder):
    """Environment of a user who deploys to an empty account."""
    script = folder / "docker"
    script.write_text(DOCKER_SCRIPT)
    script.chmod(0o755)
    with run_emulator(folder / "emulator.log") as url:
        variables = deployer_environment(
            url, PROFILE="demo", DOCKER_CALLS=str(folder / "calls"), CONFIRM="AnimalClassifier"
        )
        yield variables | {"PATH": f"{folder}:{variables['PATH']}"}


def run(command: str, environment: dict[str, str], *, exit_code: int = 0) -> str:
    process = run_command([sys.executable, "-m", *command.split()], environment)
    assert process.returncode == exit_code, process.stdout
    return process.stdout


def test_rejects_an_account_that_is_not_the_profiles(environment):
    variables = environment | {"CDK_DEFAULT_ACCOUNT": "210987654321"}
    output = run("infrastructure.deploy deploy", variables, exit_code=1)
    assert "CDK_DEFAULT_ACCOUNT is 210987654321, but the active profile uses 123456789012" in output


def test_rejects_a_region_that_is_not_the_profiles(environment):
    output = run("infrastructure.deploy deploy", environment | {"CDK_DEFAULT_REGION": "eu-west-1"}, exit_code=1)
    assert "CDK_DEFAULT_REGION is eu-west-1, but the active profile uses us-east-1" in output


def test_deploys_has_no_diff_afterwards_and_destroys_everything(environment, folder):
    assert "https://app.localtest.example" in run("infrastructure.deploy deploy", environment)
    calls = (folder / "calls").read_text()
    assert "push --quiet 123456789012.dkr.ecr.us-east-1.amazonaws.com/animal-classifier-backend:release" in calls
    report = json.loads(run("infrastructure.monitor --json", environment))
    assert report["healthy"] is True
    assert [service["name"] for service in report["services"]] == ["FrontendService", "BackendService"]
    assert "There were no differences" in run("infrastructure.deploy diff", environment)
    assert "get-secret-value" in run("infrastructure.deploy admin-user", environment)
    run("infrastructure.deploy destroy", environment)
    assert_nothing_is_left(environment["AWS_ENDPOINT_URL"])


def assert_nothing_is_left(url: str) -> None:
    stacks = create_client("cloudformation", url).describe_stacks()["Stacks"]
    assert [stack["StackName"] for stack in stacks if stack["StackStatus"] != "DELETE_COMPLETE"] == ["CDKToolkit"]
    assert create_client("rds", url).describe_db_instances()["DBInstances"] == []
    assert create_client("elbv2", url).describe_load_balancers()["LoadBalancers"] == []
    assert create_client("ecs", url).list_clusters()["clusterArns"] == []
    repositories = create_client("ecr", url).describe_repositories()["repositories"]
    assert [name for entry in repositories if not (name := entry["repositoryName"]).startswith("cdk-")] == []
    assert create_client("logs", url).describe_log_groups()["logGroups"] == []
    assert create_client("secretsmanager", url).list_secrets()["SecretList"] == []
