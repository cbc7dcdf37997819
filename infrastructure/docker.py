"""Images: built from the Dockerfile, pushed, and known by their digests from then on."""

import base64
import os
import subprocess

from infrastructure.aws import Account, DeploymentError
from infrastructure.images import ROOT, repository_name

TAG = "release"


def push(account: Account, role: str) -> str:
    """Builds the image of a role and pushes it; its digest, ``sha256:…``."""
    name = repository_name(account.config, role)
    found = account.client("ecr").describe_repositories(repositoryNames=[name])["repositories"][0]
    config = account.config
    host = f"{config.cdk_default_account}.dkr.ecr.{config.cdk_default_region}.amazonaws.com"
    _login(account, host)
    address = f"{host}/{found['repositoryName']}"
    _docker("build", "--platform", "linux/amd64", "--target", role, "--tag", f"{address}:{TAG}", str(ROOT))
    _docker("push", "--quiet", f"{address}:{TAG}")
    known = _docker("inspect", "--format", '{{join .RepoDigests "\\n"}}', f"{address}:{TAG}").split()
    return next(one.rpartition("@")[2] for one in known if one.startswith(address))


def _login(account: Account, host: str) -> None:
    data = account.client("ecr").get_authorization_token()["authorizationData"][0]
    user, _, password = base64.b64decode(data["authorizationToken"]).decode().partition(":")
    _docker("login", "--username", user, "--password-stdin", host, given=password)


def _docker(*arguments: str, given: str | None = None) -> str:
    """What ``docker`` answers; its own words when it fails."""
    environment = os.environ | {"DOCKER_BUILDKIT": "1"}
    try:
        done = subprocess.run(  # noqa: S603 - our own words
            ["docker", *arguments],  # noqa: S607 - the one on the path
            input=given,
            capture_output=True,
            text=True,
            env=environment,
            check=False,
        )
    except FileNotFoundError as error:
        raise DeploymentError("docker is not installed: the images are built with it") from error
    if done.returncode:
        raise DeploymentError(f"docker {arguments[0]} failed:\n{done.stderr[-2000:]}")
    return done.stdout
