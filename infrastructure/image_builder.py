"""Image builder: builds the images with Docker and pushes them to ECR."""

import base64
import os
import subprocess

from infrastructure.account import Account, DeploymentError
from infrastructure.images import ROOT, repository_name

TAG = "release"


def build_and_push(account: Account, role: str) -> str:
    """Build and push the image of a role. Return its digest, ``sha256:…``."""
    config = account.config
    host = f"{config.cdk_default_account}.dkr.ecr.{config.cdk_default_region}.amazonaws.com"
    repository = f"{host}/{repository_name(config, role)}"
    image = f"{repository}:{TAG}"
    _log_in(account, host)
    _run_docker("build", "--platform", "linux/amd64", "--target", role, "--tag", image, str(ROOT))
    _run_docker("push", "--quiet", image)
    digests = _run_docker("inspect", "--format", '{{join .RepoDigests "\\n"}}', image).split()
    return next(digest.rpartition("@")[2] for digest in digests if digest.startswith(repository))


def _log_in(account: Account, host: str) -> None:
    data = account.client("ecr").get_authorization_token()["authorizationData"][0]
    user, _, password = base64.b64decode(data["authorizationToken"]).decode().partition(":")
    _run_docker("login", "--username", user, "--password-stdin", host, stdin=password)


def _run_docker(*arguments: str, stdin: str | None = None) -> str:
    """Return the output of ``docker``. Raises ``DeploymentError`` with its error output."""
    try:
        process = subprocess.run(  # noqa: S603 - no untrusted arguments
            ["docker", *arguments],  # noqa: S607 - found on the PATH
            input=stdin,
            capture_output=True,
            text=True,
            env=os.environ | {"DOCKER_BUILDKIT": "1"},
            check=False,
        )
    except FileNotFoundError as error:
        raise DeploymentError("docker is not installed: install it, it builds the images") from error
    if process.returncode:
        raise DeploymentError(f"docker {arguments[0]} failed:\n{process.stderr[-2000:]}")
    return process.stdout
