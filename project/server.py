"""The daphne server that this project runs, under ``runserver`` and ``serve`` alike."""

import asyncio
import logging
import os
import threading
import time
from contextlib import suppress
from typing import Any

from daphne.server import Server as DaphneServer
from daphne.ws_protocol import WebSocketProtocol
from django.conf import settings
from twisted.internet import reactor
from twisted.internet.defer import Deferred

from classifier.history import notifications
from classifier.imaging.limits import MAX_MESSAGE_BYTES
from classifier.websocket import close_codes
from project import health, metrics

logger = logging.getLogger(__name__)

#: The part of ``DRAIN_SECONDS`` that is left for the last records when jobs take long.
FLUSH_SHARE = 0.25
#: What is left after that, for the interpreter's own end.
LAST_WORDS_S = 0.5
LEAVING = "not done within DRAIN_SECONDS=%s: leaving all the same"


class Server(DaphneServer):
    """daphne with this project's limits: the model is warm before the port opens, and what was accepted is finished."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.refusal: str | None = None
        self.ports: list[Any] = []
        self.leaves_at = 0.0
        if settings.ROLE.classifies:
            kwargs |= _message_limits()
        super().__init__(*args, **kwargs, ready_callable=self._before_reactor)

    def run(self) -> None:
        """Serves until SIGTERM or SIGINT, then up to ``DRAIN_SECONDS`` more."""
        notifications.follow(reactor._asyncioEventloop)  # noqa: SLF001 - as daphne itself reaches it
        if not settings.ROLE.classifies:
            super().run()
            return
        from classifier.history import reclassification, recorder  # noqa: PLC0415 - the frontend has no model
        from classifier.inference.worker_pool import get_pool  # noqa: PLC0415

        get_pool().warm_up()
        metrics.watch_classifier()
        recorder.start()
        stop_again = reclassification.start(get_pool())
        try:
            super().run()
        finally:
            _end_tasks()
            stop_again()
            get_pool().close()
            recorder.finish(max(0.0, self.leaves_at - LAST_WORDS_S - time.monotonic()))

    def kill_all_applications(self) -> Deferred[None]:
        """What the reactor waits for before it stops: the end of what was accepted, instead of an end to it."""
        self.leaves_at = time.monotonic() + settings.DRAIN_SECONDS
        _leave_at_the_latest(settings.DRAIN_SECONDS)
        # The loop is given: this is no coroutine of it.
        task = asyncio.ensure_future(self._drain(), loop=reactor._asyncioEventloop)  # noqa: SLF001 - as daphne reaches it
        return Deferred.fromFuture(task)

    async def _drain(self) -> None:
        """Not ready, no new jobs; then jobs, sockets and requests in flight end, each in its own way."""
        health.leave()
        with suppress(TimeoutError):
            async with asyncio.timeout(settings.DRAIN_SECONDS * (1 - FLUSH_SHARE)):
                if settings.ROLE.classifies:
                    await _finish_jobs()
                for port in self.ports:
                    port.stopListening()
                self._close_sockets()
                while running := self._applications():
                    await asyncio.wait(running)
        for application in self._applications():
            application.cancel()

    def _applications(self) -> "list[asyncio.Future[Any]]":
        found = [details.get("application_instance") for details in self.connections.values()]
        return [application for application in found if application and not application.done()]

    def _close_sockets(self) -> None:
        """Those without jobs: history pages, which open another line."""
        for protocol in self.connections:
            if isinstance(protocol, WebSocketProtocol):
                protocol.serverClose(code=close_codes.DRAINING)

    def listen_success(self, port: Any) -> None:
        """Remembers the port, to close it in time."""
        self.ports.append(port)
        super().listen_success(port)

    def listen_error(self, failure: Any) -> None:
        """Remembers why the port did not open; daphne alone would end as if all were well."""
        self.refusal = failure.getErrorMessage()
        super().listen_error(failure)

    def _before_reactor(self) -> None:
        # A message over the limit is answered with close 1009, not with a dropped line (1006) that says nothing.
        self.ws_factory.setProtocolOptions(failByDrop=False)
        if settings.ROLE.classifies and settings.EMF_EVERY_S:
            asyncio.ensure_future(metrics.write_emf(), loop=reactor._asyncioEventloop)  # noqa: SLF001, RUF006 - as long as the loop
        reactor.callWhenRunning(announce, *self.listening_addresses[0])


async def _finish_jobs() -> None:
    from classifier.inference.worker_pool import get_pool  # noqa: PLC0415
    from classifier.websocket import connection  # noqa: PLC0415 - the frontend has no model

    get_pool().drain()
    await connection.open_connections.drain()


def _leave_at_the_latest(seconds: float) -> None:
    """Ends this process even if a thread of it hangs in a store or in a picture: the interpreter would wait for it."""

    def leave() -> None:
        said = threading.Thread(target=logger.error, args=(LEAVING, seconds), daemon=True)
        said.start()  # on a thread of its own: who should read the log may hang as well
        said.join(LAST_WORDS_S)
        os._exit(1)

    watchdog = threading.Timer(seconds, leave)
    watchdog.daemon = True
    watchdog.start()


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
    return {"websocket_max_message_size": MAX_MESSAGE_BYTES, "websocket_max_frame_size": MAX_MESSAGE_BYTES}
