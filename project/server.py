"""The daphne server that this project runs, under ``runserver`` and ``serve`` alike."""

import asyncio
import logging
from typing import Any

from daphne.server import Server as DaphneServer
from django.conf import settings
from twisted.internet import reactor

from classifier import feed

logger = logging.getLogger(__name__)

#: How long the end of a process waits for its last records.
FLUSH_WITHIN_S = 10


class Server(DaphneServer):
    """daphne with this project's limits: the model is warm before the port opens, the history written at the end."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.refusal: str | None = None
        if settings.ROLE.classifies:
            kwargs |= _message_limits()
        super().__init__(*args, **kwargs, ready_callable=self._before_reactor)

    def run(self) -> None:
        """Serves until SIGTERM or SIGINT."""
        feed.follow(reactor._asyncioEventloop)  # noqa: SLF001 - as daphne itself reaches it
        if not settings.ROLE.classifies:
            super().run()
            return
        from classifier import history  # noqa: PLC0415 - the frontend has no model
        from classifier.inference.pool import get_pool  # noqa: PLC0415

        get_pool().warm_up()
        try:
            super().run()
        finally:
            _end_tasks()
            get_pool().close()
            history.flush(FLUSH_WITHIN_S)

    def listen_error(self, failure: Any) -> None:
        """Remembers why the port did not open; daphne alone would end as if all were well."""
        self.refusal = failure.getErrorMessage()
        super().listen_error(failure)

    def _before_reactor(self) -> None:
        # A message over the limit is answered with close 1009, not with a dropped line (1006) that says nothing.
        self.ws_factory.setProtocolOptions(failByDrop=False)
        reactor.callWhenRunning(announce, *self.listening_addresses[0])


def _end_tasks() -> None:
    """Ends what still waits on the event loop: destroyed with the interpreter, it took the process down (SIGSEGV)."""
    loop = reactor._asyncioEventloop  # noqa: SLF001 - as daphne itself reaches it
    tasks = asyncio.all_tasks(loop)
    for task in tasks:
        task.cancel()
    loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))


def announce(host: str, port: int) -> None:
    """Says where this role is, now that it can answer."""
    shown = "127.0.0.1" if host in {"0.0.0.0", "::"} else f"[{host}]" if ":" in host else host  # noqa: S104 - compared
    if settings.ROLE.serves_pages:
        lines = [f"Is this a squirrel?   http://{shown}:{port}/", f"Admin (`make admin`)  http://{shown}:{port}/admin/"]
    else:
        lines = [f"Backend ready at      ws://{shown}:{port}/ws/classify"]
    print("", *lines, "Stop with Ctrl-C.", "", sep="\n  ", flush=True)  # noqa: T201 - the one thing this says to a terminal


def _message_limits() -> dict[str, int]:
    from classifier.protocol import MAX_MESSAGE_BYTES  # noqa: PLC0415 - the frontend takes no pictures

    return {"websocket_max_message_size": MAX_MESSAGE_BYTES, "websocket_max_frame_size": MAX_MESSAGE_BYTES}
