"""What linters say of the Dockerfile and of the template."""

import json
import subprocess

import pytest

from tests.infrastructure.stacks import template


def test_hadolint_finds_nothing_in_the_dockerfile():
    done = subprocess.run(["hadolint", "Dockerfile"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.parametrize("profile", ["production", "demo"])
def test_cfn_lint_finds_nothing_in_the_template(tmp_path, profile):
    file = tmp_path / "stack.template.json"
    file.write_text(json.dumps(template(profile).to_json()))
    # W3005: the CDK writes dependencies that a reference implies already. W3010: the zones are a setting.
    command = ["cfn-lint", "--ignore-checks", "W3005", "W3010", "--", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_the_migrations_function_fits_into_the_template():
    functions = template().find_resources("AWS::Lambda::Function")
    assert all(len(function["Properties"]["Code"]["ZipFile"]) <= 4096 for function in functions.values())
