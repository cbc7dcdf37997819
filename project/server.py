"""The daphne server of ``runserver`` and ``serve``."""

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

if settings.ROLE.classifies:  # the frontend has no model
    from classifier.history import reclassification, recorder
    from classifier.inference.worker_pool import get_pool
    from classifier.websocket.connection import open_connections

logger = logging.getLogger(__name__)

#: Share of ``DRAIN_SECONDS`` reserved for storing records.
FLUSH_SHARE = 0.25
#: Seconds of ``DRAIN_SECONDS`` reserved for the interpreter's shutdown.
EXIT_MARGIN_S = 0.5


class Server(DaphneServer):
    """Daphne server that opens its port once the model is loaded, and finishes accepted jobs before it stops."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.listen_error_message: str | None = None
        self.listening_ports: list[Any] = []
        self.exit_deadline = 0.0
        if settings.ROLE.classifies:
            limits = {"websocket_max_message_size": MAX_MESSAGE_BYTES, "websocket_max_frame_size": MAX_MESSAGE_BYTES}
            kwargs |= limits
        super().__init__(*args, **kwargs, ready_callable=self._prepare_to_listen)

    def run(self) -> None:
        """Serve until SIGTERM or SIGINT, then drain for at most ``DRAIN_SECONDS``."""
        notifications.use_event_loop(_event_loop())
        if not settings.ROLE.classifies:
            super().run()
            return
        get_pool().warm_up()
        metrics.register_gauges()
        recorder.start()
        stop_reclassification = reclassification.start(get_pool())
        try:
            super().run()
        finally:
            _cancel_remaining_tasks()
            stop_reclassification()
            get_pool().close()
            recorder.shutdown(max(0.0, self.exit_deadline - EXIT_MARGIN_S - time.monotonic()))

    def kill_all_applications(self) -> Deferred[None]:
        """Drain instead of cancelling the applications. The reactor waits for the result before it stops."""
        self.exit_deadline = time.monotonic() + settings.DRAIN_SECONDS
        _start_exit_watchdog(settings.DRAIN_SECONDS)
        # twisted calls this outside a coroutine, so there is no running loop.
        return Deferred.fromFuture(asyncio.ensure_future(self._drain(), loop=_event_loop()))

    async def _drain(self) -> None:
        """Become unready, finish jobs, close ports and WebSockets, and wait for requests; then cancel the rest."""
        health.start_draining()
        with suppress(TimeoutError):
            async with asyncio.timeout(settings.DRAIN_SECONDS * (1 - FLUSH_SHARE)):
                if settings.ROLE.classifies:
                    get_pool().drain()
                    await open_connections.drain()
                for port in self.listening_ports:
                    port.stopListening()
                self._close_websockets()
                while applications := self._running_applications():
                    await asyncio.wait(applications)
        for application in self._running_applications():
            application.cancel()

    def _running_applications(self) -> "list[asyncio.Future[Any]]":
        applications = [details.get("application_instance") for details in self.connections.values()]
        return [application for application in applications if application and not application.done()]

    def _close_websockets(self) -> None:
        """Close the WebSockets that are still open: those of history pages, which then reconnect."""
        for protocol in self.connections:
            if isinstance(protocol, WebSocketProtocol):
                protocol.serverClose(code=close_codes.DRAINING)

    def listen_success(self, port: Any) -> None:
        """Store the port, which draining closes."""
        self.listening_ports.append(port)
        super().listen_success(port)

    def listen_error(self, failure: Any) -> None:
        """Store why the port did not open. ``serve`` reports it; daphne itself exits with code 0."""
        self.listen_error_message = failure.getErrorMessage()
        super().listen_error(failure)

    def _prepare_to_listen(self) -> None:
        # A message over the limit gets close code 1009. With failByDrop the client sees 1006 without a reason.
        self.ws_factory.setProtocolOptions(failByDrop=False)
        if settings.ROLE.classifies and settings.EMF_EVERY_S:
            asyncio.ensure_future(metrics.write_emf(), loop=_event_loop())  # noqa: RUF006 - runs as long as the loop
        reactor.callWhenRunning(print_address, *self.listening_addresses[0])


def _event_loop() -> asyncio.AbstractEventLoop:
    loop: asyncio.AbstractEventLoop = reactor._asyncioEventloop  # noqa: SLF001 - daphne uses it in the same way
    return loop


def _start_exit_watchdog(seconds: float) -> None:
    """Exit the process after ``seconds``. Otherwise the interpreter waits for threads that hang in a store or image."""

    def exit_now() -> None:
        # The log's reader may hang, too: another thread writes the line, and this one waits for a limited time.
        log_thread = threading.Thread(
            target=logger.error,
            args=("Shutdown not done within DRAIN_SECONDS=%s; exiting now. Unfinished jobs are lost.", seconds),
            daemon=True,
        )
        log_thread.start()
        log_thread.join(EXIT_MARGIN_S)
        os._exit(1)

    watchdog = threading.Timer(seconds, exit_now)
    watchdog.daemon = True
    watchdog.start()


def _cancel_remaining_tasks() -> None:
    """Cancel the tasks of the event loop. A task destroyed with the interpreter crashed the process (SIGSEGV)."""
    loop = _event_loop()
    tasks = asyncio.all_tasks(loop)
    for task in tasks:
        task.cancel()
    loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))


def print_address(host: str, port: int) -> None:
    """Print the address of this role to the terminal."""
    url_host = "127.0.0.1" if host in {"0.0.0.0", "::"} else f"[{host}]" if ":" in host else host  # noqa: S104 - compared
    if settings.ROLE.serves_pages:
        lines = [
            f"Is this a squirrel?   http://{url_host}:{port}/",
            f"Admin (`make admin`)  http://{url_host}:{port}/admin/",
        ]
    else:
        lines = [f"Backend ready at      ws://{url_host}:{port}/ws/classify"]
    print("", *lines, "Stop with Ctrl-C.", "", sep="\n  ", flush=True)  # noqa: T201 - output for the terminal
