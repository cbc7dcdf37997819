"""The whole chain in a network of its own: ``unshare --net --mount python -m tests.aws.chain``.

Real images, pushed to a registry, started by an emulated ECS, with real PostgreSQL and Redis, behind nginx with TLS
that is rendered from the deployed load balancers, used by a real browser. AWS itself is emulated.
"""

import os
import shutil
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

import boto3
import docker

from tests.aws.running import ACCOUNT, HOST, ROOT, answering, command, person

ENGINE = Path(os.environ["ENGINE"])  # Debian's docker.io, containerd and docker-registry, unpacked
BUILDER = os.environ["BUILDER"]  # the socket of an engine with a network, which has built the images
REGISTRY = f"{ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com"
NAMES = f"127.0.0.1 localhost {REGISTRY} {HOST} backend.{HOST}\n"
#: The one that builds has a network, the one that runs has not: `build` goes to the first and over to the second.
DOCKER = f"""#!/bin/sh
real={ENGINE}/usr/bin/docker
[ "$1" = build ] || exec $real "$@"
shift
for word; do [ "$before" = --tag ] && tag=$word; before=$word; done
DOCKER_HOST={BUILDER} $real build --network host "$@" >&2 && DOCKER_HOST={BUILDER} $real save "$tag" | $real load
"""


class Chain:
    """Everything that must run for a deployment to be tried, and its end."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.folder, self.stack = folder, stack
        self.socket = f"unix://{folder}/docker.sock"

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
        config.write_text(
            f"version: 0.1\nstorage: {{filesystem: {{rootdirectory: {self.folder}/registry}}}}\nhttp: {{addr: '127.0.0.1:80'}}\n"
        )
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


def does(name: str, somebody: dict[str, str]) -> str:
    began = time.monotonic()
    done = command(name, somebody)
    print(f"--- {name}: exit {done.returncode} after {time.monotonic() - began:.0f} s", flush=True)
    if done.returncode:
        print(done.stdout[-3000:], flush=True)
        raise SystemExit(1)
    return done.stdout


def main() -> None:
    folder = Path(sys.argv[1])
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with ExitStack() as stack:
        chain = Chain(folder, stack)
        chain.network()
        chain.registry()
        chain.engine()
        somebody = chain.aws()
        print(does("infrastructure.deploy deploy", somebody)[-600:])
        print(does("infrastructure.monitor --once", somebody))
        if "--stay" in sys.argv:
            (folder / "env").write_text("\n".join(f"export {k}={v!r}" for k, v in somebody.items() if k.isupper()))
            time.sleep(2400)


if __name__ == "__main__":
    main()
