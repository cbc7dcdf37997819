"""The whole chain in a network of its own: ``unshare --net --mount python -m tests.aws.chain``.

Real images, pushed to a registry, started by an emulated ECS, with real PostgreSQL and Redis, behind nginx with TLS
that is rendered from the deployed load balancers, used by a real browser. AWS itself is emulated.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

import boto3
import docker

from tests.aws import balancers
from tests.aws.running import ACCOUNT, HOST, ROOT, answering, person

ENGINE = Path(os.environ["ENGINE"])  # Debian's docker.io, containerd and docker-registry, unpacked
BUILDER = os.environ["BUILDER"]  # the socket of an engine with a network, which has built the images
REGISTRY = f"{ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com"
#: The registry has an address of its own: the load balancers need the first one's port 80.
NAMES = f"127.0.0.1 localhost {HOST} backend.{HOST}\n127.0.0.2 {REGISTRY}\n"
#: The one that builds has a network, the one that runs has not: `build` goes to the first and over to the second.
DOCKER = f"""#!/bin/sh
real={ENGINE}/usr/bin/docker
[ "$1" = build ] || exec $real "$@"
shift
for word; do [ "$before" = --tag ] && tag=$word; before=$word; done
DOCKER_HOST={BUILDER} $real build --network host "$@" >&2 && DOCKER_HOST={BUILDER} $real save "$tag" | $real load >&2
case "$BROKEN$tag" in
  broken*backend*) printf 'FROM %s\\nCMD ["false"]' "$tag" | DOCKER_BUILDKIT=0 $real build --tag "$tag" - >&2 ;;
esac
"""
#: What a role may do with the bucket, asked from inside its container: the code of the error, or ok.
ASK = """
import boto3, os, sys
from botocore.exceptions import ClientError
ask = boto3.client("s3").put_object
try:
    ask(Bucket=os.environ["S3_BUCKET"], Key="photos/asked", Body=b"x") and print("ok")
except ClientError as error:
    print(error.response["Error"]["Code"])
"""
SEEDS_LINES = (
    "aws ecs describe-services --cluster AnimalClassifierCluster --services FrontendService BackendService",
    "aws logs tail /aws/ecs/backend",
)


class Chain:
    """Everything that must run for a deployment to be tried, and its end."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.folder, self.stack = folder, stack
        self.socket = f"unix://{folder}/docker.sock"
        self.nginx: subprocess.Popen | None = None

    def network(self) -> None:
        """The loopback, the address at which tasks find ECS, and names for what stands in for AWS."""
        hosts = self.folder / "hosts"
        hosts.write_text(NAMES)
        for line in ("link set lo up", "address add 169.254.170.2/32 dev lo"):
            subprocess.run(["ip", *line.split()], check=True)
        subprocess.run(["mount", "--bind", str(hosts), "/etc/hosts"], check=True)

    def start(self, name: str, *words: str, **variables: str) -> subprocess.Popen:
        log = (self.folder / f"{name}.log").open("wb")
        path = f"{self.folder}:{ENGINE}/usr/bin:{ENGINE}/usr/sbin:/usr/sbin:{os.environ['PATH']}"
        process = subprocess.Popen(words, cwd=ROOT, stdout=log, stderr=log, env=os.environ | {"PATH": path} | variables)
        self.stack.callback(self.end, process)
        return process

    @staticmethod
    def end(process: subprocess.Popen) -> None:
        process.terminate()
        process.wait(timeout=60)

    def engine(self) -> docker.DockerClient:
        where = [f"--{name}={self.folder}/{name}" for name in ("data-root", "exec-root")]
        self.start(
            "dockerd",
            "dockerd",
            *where,
            f"--pidfile={self.folder}/pid",
            "-H",
            self.socket,
            f"--insecure-registry={REGISTRY}",
        )
        client = until(lambda: docker.DockerClient(base_url=self.socket, timeout=120))
        for name, tag in {
            "standin-postgres": "postgres:17-alpine",
            "standin-valkey": "valkey/valkey:8.0-alpine",
        }.items():
            save = subprocess.Popen(
                [f"{ENGINE}/usr/bin/docker", "save", name], stdout=subprocess.PIPE, env={"DOCKER_HOST": BUILDER}
            )
            for image in client.images.load(save.stdout):
                image.tag(tag)
        return client

    def registry(self) -> None:
        config = self.folder / "registry.yml"
        storage = f"storage: {{filesystem: {{rootdirectory: {self.folder}/registry}}}}"
        config.write_text(f"version: 0.1\n{storage}\nhttp: {{addr: '127.0.0.2:80'}}\n")
        self.start("registry", "docker-registry", "serve", str(config))

    def aws(self) -> dict[str, str]:
        """The emulated AWS, and who deploys to it."""
        self.emulator = self.start(
            "emulator",
            sys.executable,
            "-m",
            "tests.aws.emulator",
            BIND_HOST="0.0.0.0",
            GATEWAY_PORT="4566",
            MINISTACK_HOST="127.0.0.1",
            IOT_MTLS_ENABLED="0",
            DOCKER_HOST=self.socket,
            DOCKER_NETWORK="bridge",
            AUTHORITY=str(self.folder / "authority.pem"),
        )
        address = answering("http://127.0.0.1:4566", self.emulator, self.folder / "emulator.log")
        wrapper = self.folder / "docker"
        wrapper.write_text(DOCKER)
        wrapper.chmod(0o755)
        more = {"PROFILE": "demo", "CONFIRM": "AnimalClassifier", "DOCKER_HOST": self.socket}
        somebody = person(address, **more)
        return somebody | {"PATH": f"{self.folder}:{somebody['PATH']}"}

    def balancers(self, somebody: dict[str, str]) -> None:
        """nginx with TLS, as the deployed load balancers and their targets say now: a deployment moves these."""
        if self.nginx:
            self.end(self.nginx)
        key = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={HOST}"]
        files = ["-keyout", f"{self.folder}/key.pem", "-out", f"{self.folder}/cert.pem"]
        subprocess.run([*key, *files], check=True, capture_output=True)
        aws = boto3.Session(somebody["AWS_ACCESS_KEY_ID"], somebody["AWS_SECRET_ACCESS_KEY"], region_name="us-east-1")
        elb, route53 = (aws.client(name, endpoint_url=somebody["AWS_ENDPOINT_URL"]) for name in ("elbv2", "route53"))
        config = self.folder / "nginx.conf"
        config.write_text(balancers.render(elb, route53, self.folder))
        self.nginx = self.start("nginx", "nginx", "-c", str(config))
        until(lambda: socket.create_connection(("127.0.0.1", 443)).close())

    def asks(self, client: docker.DockerClient, *roles: str) -> list[str]:
        """May the programs in the roles' containers write into the bucket? All with policies in force.

        A signal turns them on and another off; two in a row could be taken for one.
        """
        self.emulator.send_signal(signal.SIGUSR1)
        containers = [client.containers.list(filters={"name": f"-{role}"})[0] for role in roles]
        said = [one.exec_run(["python", "-c", ASK]).output.decode().strip() for one in containers]
        self.emulator.send_signal(signal.SIGUSR1)
        return said


def until(works, seconds: float = 60):
    """What ``works()`` answers as soon as it raises no more."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            return works()
        except Exception:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)


def step(what: str, program: list[str], somebody: dict[str, str], *, fails: bool = False) -> str:
    """One thing that must go well, or must not; what it said."""
    began = time.monotonic()
    done = subprocess.run(
        program, cwd=ROOT, env=somebody, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    say(f"{what}: exit {done.returncode} after {time.monotonic() - began:.0f} s")
    if bool(done.returncode) != fails:
        raise SystemExit(f"{what}:\n{done.stdout[-4000:]}")
    return done.stdout


def say(text: str) -> None:
    print(text, flush=True)


def expect(what: str, *, holds: bool) -> None:
    say(f"{what}: {'yes' if holds else 'NO'}")
    if not holds:
        raise SystemExit(1)


def known_to_aws_cli() -> int:
    """How many of the seed's lines this machine's AWS CLI knows: `logs tail` came with its second version."""
    if not shutil.which("aws"):
        return 0
    said = subprocess.run(["aws", "--version"], capture_output=True, text=True, check=True).stdout
    return 2 if said.startswith("aws-cli/2") else 1


def prove(chain: Chain, client: docker.DockerClient) -> None:
    """From ``make deploy`` to a browser's answer, a release that fails, and the end."""
    somebody = chain.aws()
    deploy = [sys.executable, "-m", "infrastructure.deploy"]
    step("make deploy", [*deploy, "deploy"], somebody)
    step("monitor", [sys.executable, "-m", "infrastructure.monitor", "--once"], somebody)
    said = step("make admin-user", [*deploy, "admin-user"], somebody)
    secret = said.split()[-1]
    secrets = boto3.client(
        "secretsmanager",
        endpoint_url=somebody["AWS_ENDPOINT_URL"],
        region_name="us-east-1",
        aws_access_key_id=ACCOUNT,
        aws_secret_access_key="test",
    )
    password = secrets.get_secret_value(SecretId=secret)["SecretString"]
    chain.balancers(somebody)
    step("a browser: photo, answer, admin", [".venv/bin/python", "-m", "tests.aws.browser", HOST, password], somebody)
    backend, frontend = chain.asks(client, "backend", "frontend")
    expect("the backend may write photos", holds=backend == "ok")
    expect("the frontend may not", holds=frontend == "AccessDenied")
    for line in SEEDS_LINES[: known_to_aws_cli()]:
        step(line, line.split(), somebody)
    expect("make diff is empty", holds="There were no differences" in step("make diff", [*deploy, "diff"], somebody))
    said = step("make deploy, broken release", [*deploy, "deploy"], somebody | {"BROKEN": "broken"}, fails=True)
    expect("it says why", holds="the new backend did not get healthy, the one before is back" in said)
    say(said[-700:])
    chain.balancers(somebody)
    step("the page answers as before", [".venv/bin/python", "-m", "tests.aws.browser", HOST, password], somebody)
    step("make destroy", [*deploy, "destroy"], somebody)
    left = [one.name for one in client.containers.list() if one.name.startswith("ministack-ecs")]
    expect("no task is left", holds=not left)


def main() -> None:
    folder = Path(sys.argv[1])
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    began = time.monotonic()
    with ExitStack() as stack:
        chain = Chain(folder, stack)
        chain.network()
        chain.registry()
        prove(chain, chain.engine())
    say(f"1 passed, 0 failed after {time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main()
