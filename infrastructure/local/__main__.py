"""``make up``: run both roles with real data stores behind TLS until Ctrl-C. SIGHUP restarts the backends in turn."""

import os
import signal
import sys
from contextlib import suppress
from pathlib import Path
from queue import Empty, SimpleQueue

from infrastructure.local.servers import MissingServerError, Server, is_listening
from infrastructure.local.stack import ROOT, Stack, manage, run_stack

FOLDER = Path(os.environ.get("UP_DIR") or ROOT / "var" / "up")
PORT = int(os.environ.get("UP_PORT") or 8443)
BACKENDS = 2
CHECK_INTERVAL_S = 1.0


def main() -> None:
    """Prepare and run the stack, and restart servers that end."""
    if is_listening(PORT):
        sys.exit(f"Port {PORT} is in use. Choose another one: make up UP_PORT=8444")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    manage("prepare", ROLE="all", DEBUG="0", DATA_DIR=str(FOLDER / "prepare"))
    try:
        with run_stack(FOLDER, port=PORT, backends=BACKENDS) as stack, suppress(KeyboardInterrupt):
            _show_addresses(stack)
            _supervise(stack)
    except MissingServerError as error:
        sys.exit(str(error))


def _show_addresses(stack: Stack) -> None:
    lines = [
        f"Page                  {stack.url}/   (the browser warns, because the certificate is self-signed)",
        f"Logs and data         {stack.folder}",
        *(f"{server.name:<21} 127.0.0.1:{server.port}" for server in stack.servers),
        f"Ctrl-C stops all servers. To restart the backends one by one: kill -HUP {os.getpid()}",
    ]
    _print("", *lines, "", separator="\n  ")


def _supervise(stack: Stack) -> None:
    """Restart servers that end, and the backends on SIGHUP, until the process is stopped."""
    restart_requests: SimpleQueue[int] = SimpleQueue()
    signal.signal(signal.SIGHUP, lambda number, _: restart_requests.put(number))
    while True:
        with suppress(Empty):
            restart_requests.get(timeout=CHECK_INTERVAL_S)
            _restart_backends(stack)
        for server in stack.servers:
            if not server.is_running():
                _start_again(server, "ended unexpectedly")


def _restart_backends(stack: Stack) -> None:
    for backend in stack.backends:
        backend.stop()
        _start_again(backend, "was stopped")


def _start_again(server: Server, reason: str) -> None:
    _print(f"{server.name} {reason}; starting it again.")
    server.start()


def _print(*lines: str, separator: str = "\n") -> None:
    print(*lines, sep=separator, flush=True)  # noqa: T201 - for the terminal


if __name__ == "__main__":
    main()
