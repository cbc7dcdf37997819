"""Linters of the Dockerfile and of the CloudFormation template."""

import json
import subprocess

import pytest

from tests.infrastructure.templates import list_resources, synthesize


def run_linter(*command: str) -> tuple[int, str]:
    process = subprocess.run(command, capture_output=True, text=True, check=False)
    return process.returncode, process.stdout


def test_hadolint_accepts_the_dockerfile():
    assert run_linter("hadolint", "Dockerfile") == (0, "")


@pytest.mark.parametrize("profile", ["production", "demo"])
def test_cfn_lint_accepts_the_template(tmp_path, profile):
    file = tmp_path / "stack.template.json"
    file.write_text(json.dumps(synthesize(profile).to_json()))
    # W3005: the CDK writes dependencies that a reference already implies. W3010: the zones are a setting.
    assert run_linter("cfn-lint", "--ignore-checks", "W3005", "W3010", "--", str(file)) == (0, "")


def test_the_inlined_lambda_functions_have_at_most_4096_characters():
    assert all(len(function["Code"]["ZipFile"]) <= 4096 for function in list_resources("Lambda::Function"))
