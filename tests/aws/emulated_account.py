"""An emulated AWS as a process, and the environment of somebody who deploys to it."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import boto3

ROOT = Path(__file__).parents[2]
HOST = "app.localtest.example"
ACCOUNT = "123456789012"
STARTS_WITHIN_S = 60


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def emulated(log: Path, **variables: str) -> Iterator[str]:
    """The address of an emulated AWS; it forgets everything when it ends."""
    port = free_port()
    environment = os.environ | {"BIND_HOST": "127.0.0.1", "GATEWAY_PORT": str(port), "MINISTACK_HOST": "127.0.0.1"}
    environment |= {"IOT_MTLS_ENABLED": "0", "DOCKER_HOST": "unix:///nowhere", **variables}
    command = [sys.executable, "-m", "tests.aws.emulator"]
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=output)
    try:
        yield answering(f"http://127.0.0.1:{port}", process, log)
    finally:
        process.terminate()
        process.wait(timeout=30)


def answering(address: str, process: subprocess.Popen, log: Path) -> str:
    deadline = time.monotonic() + STARTS_WITHIN_S
    while time.monotonic() < deadline and process.poll() is None:
        try:
            urllib.request.urlopen(f"{address}/_ministack/health", timeout=2).close()
        except OSError:
            time.sleep(0.1)
        else:
            return address
    raise AssertionError(log.read_text())


def person(address: str, **variables: str) -> dict[str, str]:
    """The variables of somebody whose active profile leads to the emulated account."""
    keys = {"AWS_ACCESS_KEY_ID": ACCOUNT, "AWS_SECRET_ACCESS_KEY": "test", "AWS_EC2_METADATA_DISABLED": "true"}
    route53 = boto3.client(
        "route53",
        endpoint_url=address,
        region_name="us-east-1",
        aws_access_key_id=ACCOUNT,
        aws_secret_access_key="test",
    )
    zone = route53.create_hosted_zone(Name="localtest.example", CallerReference=address)["HostedZone"]["Id"]
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "CDK_"))},
        **keys,
        "AWS_ENDPOINT_URL": address,
        "AWS_DEFAULT_REGION": "us-east-1",
        "CDK_DEFAULT_ACCOUNT": ACCOUNT,
        "CDK_DEFAULT_REGION": "us-east-1",
        "DOMAIN_NAME": HOST,
        "HOSTED_ZONE_ID": zone.rpartition("/")[2],
        **variables,
    }


def command(name: str, environment: dict[str, str]) -> subprocess.CompletedProcess:
    """``make NAME``, without make: what a command of the deployment does and says."""
    program = [sys.executable, "-m", *name.split()]
    return subprocess.run(
        program, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
