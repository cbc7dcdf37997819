"""Emulated AWS as a child process, and the environment of a user who deploys to it."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3

ROOT = Path(__file__).parents[2]
HOST = "app.localtest.example"
ACCOUNT = "123456789012"
REGION = "us-east-1"
START_TIMEOUT_S = 60


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def run_emulator(log: Path) -> Iterator[str]:
    """Run an emulator without Docker. Yields its URL. Its resources exist until it ends."""
    port = free_port()
    environment = os.environ | {"BIND_HOST": "127.0.0.1", "GATEWAY_PORT": str(port), "MINISTACK_HOST": "127.0.0.1"}
    environment |= {"IOT_MTLS_ENABLED": "0", "DOCKER_HOST": "unix:///nowhere"}
    command = [sys.executable, "-m", "tests.aws.emulator"]
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=output)
    try:
        yield wait_until_ready(f"http://127.0.0.1:{port}", process, log)
    finally:
        process.terminate()
        process.wait(timeout=30)


def wait_until_ready(url: str, process: subprocess.Popen, log: Path) -> str:
    """Return ``url`` as soon as the emulator answers. Raises ``AssertionError`` with its log if it does not start."""
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline and process.poll() is None:
        try:
            urllib.request.urlopen(f"{url}/_ministack/health", timeout=2).close()
        except OSError:
            time.sleep(0.1)
        else:
            return url
    raise AssertionError(log.read_text())


def create_client(service: str, url: str) -> Any:
    """Return a boto3 client of the emulator at ``url``."""
    return boto3.client(
        service, endpoint_url=url, region_name=REGION, aws_access_key_id=ACCOUNT, aws_secret_access_key="test"
    )


def deployer_environment(url: str, **variables: str) -> dict[str, str]:
    """Return the environment variables of a user whose active profile is the emulated account."""
    zone = create_client("route53", url).create_hosted_zone(Name="localtest.example", CallerReference=url)
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "CDK_"))},
        "AWS_ACCESS_KEY_ID": ACCOUNT,
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_ENDPOINT_URL": url,
        "AWS_DEFAULT_REGION": REGION,
        "CDK_DEFAULT_ACCOUNT": ACCOUNT,
        "CDK_DEFAULT_REGION": REGION,
        "DOMAIN_NAME": HOST,
        "HOSTED_ZONE_ID": zone["HostedZone"]["Id"].rpartition("/")[2],
        **variables,
    }


def run_command(command: list[str], environment: dict[str, str]) -> subprocess.CompletedProcess:
    """Run a command in the repository with its errors in its output."""
    return subprocess.run(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
