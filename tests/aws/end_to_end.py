"""End-to-end test of a deployment: ``unshare --net --mount python -m tests.aws.end_to_end FOLDER``.

Real images are pushed to a registry and started by an emulated ECS, with real PostgreSQL and Redis, behind nginx with
TLS that is rendered from the deployed load balancers. A real browser uses the page. AWS itself is emulated.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import docker

from tests.aws import nginx_config
from tests.aws.emulated_account import (
    ACCOUNT,
    HOST,
    ROOT,
    create_client,
    deployer_environment,
    run_command,
    wait_until_ready,
)

ENGINE = Path(os.environ["ENGINE"])  # Debian's docker.io, containerd and docker-registry, unpacked
BUILDER = os.environ["BUILDER"]  # socket of a Docker engine with network access that has built the images
REGISTRY = f"{ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com"
#: The registry has its own address, because the load balancers need port 80 of 127.0.0.1.
HOSTS = f"127.0.0.1 localhost {HOST} backend.{HOST}\n127.0.0.2 {REGISTRY}\n"
#: Replacement for ``docker``: the engine with network access builds an image, which is then loaded into the engine that
#: runs the tasks. With BROKEN=broken the backend's image gets a command that fails.
DOCKER_SCRIPT = f"""#!/bin/sh
real={ENGINE}/usr/bin/docker
[ "$1" = build ] || exec $real "$@"
shift
for word; do [ "$before" = --tag ] && tag=$word; before=$word; done
DOCKER_HOST={BUILDER} $real build --network host "$@" >&2 && DOCKER_HOST={BUILDER} $real save "$tag" | $real load >&2
case "$BROKEN$tag" in
  broken*backend*) printf 'FROM %s\\nCMD ["false"]' "$tag" | DOCKER_BUILDKIT=0 $real build --tag "$tag" - >&2 ;;
esac
"""
#: Writes an object to the bucket from inside a container; prints ``ok`` or the error's code.
WRITE_PHOTO = """
import boto3, os
from botocore.exceptions import ClientError
put_object = boto3.client("s3").put_object
try:
    put_object(Bucket=os.environ["S3_BUCKET"], Key="photos/written", Body=b"x") and print("ok")
except ClientError as error:
    print(error.response["Error"]["Code"])
"""
#: Commands for the FastAPI version that must still work. The second one needs version 2 of the AWS CLI.
PREVIOUS_COMMANDS = (
    "aws ecs describe-services --cluster AnimalClassifierCluster --services FrontendService BackendService",
    "aws logs tail /aws/ecs/backend",
)
DEPLOY = [sys.executable, "-m", "infrastructure.deploy"]


class Testbed:
    """Network, Docker engine, registry, emulated AWS and nginx of the test. ``stack`` stops its processes."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.folder, self.stack = folder, stack
        self.docker_socket = f"unix://{folder}/docker.sock"
        self.nginx: subprocess.Popen | None = None

    def start_network(self) -> None:
        """Set up the loopback interface, the address at which tasks reach ECS, and the host names."""
        hosts = self.folder / "hosts"
        hosts.write_text(HOSTS)
        for arguments in ("link set lo up", "address add 169.254.170.2/32 dev lo"):
            subprocess.run(["ip", *arguments.split()], check=True)
        subprocess.run(["mount", "--bind", str(hosts), "/etc/hosts"], check=True)

    def start(self, name: str, *command: str, **variables: str) -> subprocess.Popen:
        log = (self.folder / f"{name}.log").open("wb")
        path = f"{self.folder}:{ENGINE}/usr/bin:{ENGINE}/usr/sbin:/usr/sbin:{os.environ['PATH']}"
        environment = os.environ | {"PATH": path} | variables
        process = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log, env=environment)
        self.stack.callback(stop, process)
        return process

    def start_engine(self) -> docker.DockerClient:
        """Start the Docker engine that runs the tasks, with the images of PostgreSQL and Valkey."""
        options = [f"--{name}={self.folder}/{name}" for name in ("data-root", "exec-root")]
        options += [f"--pidfile={self.folder}/pid", f"--insecure-registry={REGISTRY}"]
        self.start("dockerd", "dockerd", *options, "-H", self.docker_socket)
        client = retry(lambda: docker.DockerClient(base_url=self.docker_socket, timeout=120))
        tags = {"standin-postgres": "postgres:17-alpine", "standin-valkey": "valkey/valkey:8.0-alpine"}
        for name, tag in tags.items():
            command = [f"{ENGINE}/usr/bin/docker", "save", name]
            save = subprocess.Popen(command, stdout=subprocess.PIPE, env={"DOCKER_HOST": BUILDER})
            for image in client.images.load(save.stdout):
                image.tag(tag)
        return client

    def start_registry(self) -> None:
        config = self.folder / "registry.yml"
        storage = f"storage: {{filesystem: {{rootdirectory: {self.folder}/registry}}}}"
        config.write_text(f"version: 0.1\n{storage}\nhttp: {{addr: '127.0.0.2:80'}}\n")
        self.start("registry", "docker-registry", "serve", str(config))

    def start_aws(self) -> dict[str, str]:
        """Start the emulated AWS. Return the environment of a user who deploys to it."""
        self.emulator = self.start(
            "emulator",
            sys.executable,
            "-m",
            "tests.aws.emulator",
            BIND_HOST="0.0.0.0",
            GATEWAY_PORT="4566",
            MINISTACK_HOST="127.0.0.1",
            IOT_MTLS_ENABLED="0",
            DOCKER_HOST=self.docker_socket,
            DOCKER_NETWORK="bridge",
            AUTHORITY=str(self.folder / "authority.pem"),
        )
        url = wait_until_ready("http://127.0.0.1:4566", self.emulator, self.folder / "emulator.log")
        script = self.folder / "docker"
        script.write_text(DOCKER_SCRIPT)
        script.chmod(0o755)
        environment = deployer_environment(
            url, PROFILE="demo", CONFIRM="AnimalClassifier", DOCKER_HOST=self.docker_socket
        )
        return environment | {"PATH": f"{self.folder}:{environment['PATH']}"}

    def start_nginx(self, url: str) -> None:
        """(Re)start nginx for the current targets of the load balancers; each deployment replaces the targets."""
        if self.nginx:
            stop(self.nginx)
        key = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={HOST}"]
        files = ["-keyout", f"{self.folder}/key.pem", "-out", f"{self.folder}/cert.pem"]
        subprocess.run([*key, *files], check=True, capture_output=True)
        config = self.folder / "nginx.conf"
        config.write_text(nginx_config.render(create_client("elbv2", url), create_client("route53", url), self.folder))
        self.nginx = self.start("nginx", "nginx", "-c", str(config))
        retry(lambda: socket.create_connection(("127.0.0.1", 443)).close())

    def write_photos(self, client: docker.DockerClient, *roles: str) -> list[str]:
        """Let a container of each role write to the bucket. Return ``ok`` or an error code for each.

        Policies are enforced for all roles together, because one signal switches them on and another one off, and
        two signals in quick succession can merge into one.
        """
        self.emulator.send_signal(signal.SIGUSR1)
        containers = [client.containers.list(filters={"name": f"-{role}"})[0] for role in roles]
        outputs = [
            container.exec_run(["python", "-c", WRITE_PHOTO]).output.decode().strip() for container in containers
        ]
        self.emulator.send_signal(signal.SIGUSR1)
        return outputs


def stop(process: subprocess.Popen) -> None:
    process.terminate()
    process.wait(timeout=60)


def retry(function: Callable[[], Any], timeout_s: float = 60) -> Any:
    """Call ``function`` until it raises no exception. Return its result."""
    deadline = time.monotonic() + timeout_s
    while True:
        try:
            return function()
        except Exception:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)


def run_step(title: str, command: list[str], environment: dict[str, str], *, should_fail: bool = False) -> str:
    """Run one command, report its exit code and time, and return its output. Ends the test on the wrong exit code."""
    start = time.monotonic()
    process = run_command(command, environment)
    show(f"{title}: exit {process.returncode} after {time.monotonic() - start:.0f} s")
    if bool(process.returncode) != should_fail:
        raise SystemExit(f"{title}:\n{process.stdout[-4000:]}")
    return process.stdout


def run_browser(title: str, environment: dict[str, str], password: str) -> None:
    run_step(title, [".venv/bin/python", "-m", "tests.aws.browser", HOST, password], environment)


def show(text: str) -> None:
    print(text, flush=True)


def expect(statement: str, *, holds: bool) -> None:
    show(f"{statement}: {'yes' if holds else 'NO'}")
    if not holds:
        raise SystemExit(1)


def supported_previous_commands() -> tuple[str, ...]:
    """Return the previous commands that the installed AWS CLI supports."""
    if not shutil.which("aws"):
        return ()
    version = subprocess.run(["aws", "--version"], capture_output=True, text=True, check=True).stdout
    return PREVIOUS_COMMANDS if version.startswith("aws-cli/2") else PREVIOUS_COMMANDS[:1]


def check_deployment(testbed: Testbed, client: docker.DockerClient) -> None:
    """Deploy, use the page, check permissions, deploy a broken release, and destroy."""
    environment = testbed.start_aws()
    url = environment["AWS_ENDPOINT_URL"]
    run_step("make deploy", [*DEPLOY, "deploy"], environment)
    run_step("monitor", [sys.executable, "-m", "infrastructure.monitor", "--once"], environment)
    secret = run_step("make admin-user", [*DEPLOY, "admin-user"], environment).split()[-1]
    password = create_client("secretsmanager", url).get_secret_value(SecretId=secret)["SecretString"]
    testbed.start_nginx(url)
    run_browser("browser: photo, answer, admin", environment, password)
    backend, frontend = testbed.write_photos(client, "backend", "frontend")
    expect("the backend may write photos", holds=backend == "ok")
    expect("the frontend may not write photos", holds=frontend == "AccessDenied")
    for command in supported_previous_commands():
        run_step(command, command.split(), environment)
    diff = run_step("make diff", [*DEPLOY, "diff"], environment)
    expect("make diff is empty", holds="There were no differences" in diff)
    check_broken_release(environment)
    testbed.start_nginx(url)
    run_browser("the page works as before", environment, password)
    run_step("make destroy", [*DEPLOY, "destroy"], environment)
    tasks = [container.name for container in client.containers.list() if container.name.startswith("ministack-ecs")]
    expect("no task is left", holds=not tasks)


def check_broken_release(environment: dict[str, str]) -> None:
    """Deploy a backend that fails at its start; the deployment must be rolled back with a reason."""
    broken = environment | {"BROKEN": "broken"}
    output = run_step("make deploy, broken release", [*DEPLOY, "deploy"], broken, should_fail=True)
    expect("the error names the reason", holds="the new backend did not become healthy; ECS rolled it back" in output)
    show(output[-700:])


def main() -> None:
    folder = Path(sys.argv[1])
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    start = time.monotonic()
    with ExitStack() as stack:
        testbed = Testbed(folder, stack)
        testbed.start_network()
        testbed.start_registry()
        check_deployment(testbed, testbed.start_engine())
    show(f"1 passed, 0 failed after {time.monotonic() - start:.0f} s")


if __name__ == "__main__":
    main()
