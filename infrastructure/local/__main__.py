"""``make up``: both roles with real stores behind TLS, until Ctrl-C. SIGHUP restarts the backends one by one."""

import os
import signal
import sys
from contextlib import suppress
from pathlib import Path
from queue import Empty, SimpleQueue

from infrastructure.local import servers
from infrastructure.local.servers import MissingServerError, Server
from infrastructure.local.stack import ROOT, Stack, manage, stack

FOLDER = Path(os.environ.get("UP_DIR") or ROOT / "var" / "up")
PORT = int(os.environ.get("UP_PORT") or 8443)
BACKENDS = 2
LOOK_EVERY_S = 1.0


def main() -> None:
    """Sets up, serves, watches."""
    if servers.listens(PORT):
        sys.exit(f"Port {PORT} is taken by something else: make up UP_PORT=8444")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    manage("prepare", ROLE="all", DEBUG="0", DATA_DIR=str(FOLDER / "prepare"))
    try:
        with stack(FOLDER, port=PORT, backends=BACKENDS) as running, suppress(KeyboardInterrupt):
            _say(running)
            _watch(running)
    except MissingServerError as missing:
        sys.exit(str(missing))


def _say(running: Stack) -> None:
    lines = [
        f"Is this a squirrel?   {running.url}/   (your browser will warn of its certificate: it is our own)",
        f"Logs and data         {running.folder}",
        *(f"{server.name:<21} 127.0.0.1:{server.port}" for server in running.servers),
        f"Stop with Ctrl-C; restart the backends one by one: kill -HUP {os.getpid()}",
    ]
    print("", *lines, "", sep="\n  ", flush=True)  # noqa: T201 - for the terminal


def _watch(running: Stack) -> None:
    """Starts what died, until it is told to stop."""
    asked: SimpleQueue[int] = SimpleQueue()
    signal.signal(signal.SIGHUP, lambda number, _: asked.put(number))
    while True:
        with suppress(Empty):
            asked.get(timeout=LOOK_EVERY_S)
            _restart_backends(running)
        for server in running.servers:
            if not server.is_running():
                _say_and_start(server, "ended and is started again")


def _restart_backends(running: Stack) -> None:
    for backend in running.backends:
        backend.stop()
        _say_and_start(backend, "was told to end, and is started again")


def _say_and_start(server: Server, why: str) -> None:
    print(f"{server.name} {why}", flush=True)  # noqa: T201 - for the terminal
    server.start()


if __name__ == "__main__":
    main()
