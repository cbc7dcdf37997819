"""Connection of one WebSocket client: admission, message allowance, idle timeout, tasks and draining.

Each concern is a small object; ``ConnectionConsumer`` combines them for the consumers of this package.
"""

import asyncio
import logging
import time
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any

from asgiref.typing import ASGIReceiveCallable, ASGISendCallable
from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings

from classifier.errors import AuthError, ClassifierError, ClientError, ServerError
from classifier.websocket import close_codes, origins

logger = logging.getLogger(__name__)

#: The server closes a connection after this long without a message.
IDLE_TIMEOUT_S = 150
#: Messages that a client may send ahead of answers. They refill within ``ALLOWANCE_REFILL_S``, and with each answer.
MESSAGE_ALLOWANCE = 300
ALLOWANCE_REFILL_S = 60
MESSAGES_PER_ANSWER = 3
#: Time after which a client of a draining server should connect again.
RETRY_AFTER_DRAINING_S = 1.0

#: Errors that close the connection.
CLOSE_CODES = {
    "auth.required": close_codes.UNAUTHENTICATED,
    "auth.invalid": close_codes.UNAUTHENTICATED,
    "auth.origin": close_codes.FORBIDDEN_ORIGIN,
}
#: Errors that close a connection before it is used.
ADMISSION_CLOSE_CODES = {
    "auth.origin": close_codes.FORBIDDEN_ORIGIN,
    "rate.limited": close_codes.RATE_LIMITED,
    "server.draining": close_codes.DRAINING,
}


class TokenBucket:
    """Allowance of ``capacity`` tokens that refill evenly within ``refill_s`` seconds."""

    def __init__(self, capacity: float, refill_s: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._capacity = capacity
        self._per_second = capacity / refill_s
        self._clock = clock
        self._tokens = float(capacity)
        self._updated_at = clock()

    def take(self) -> bool:
        """Take one token; return whether there was one."""
        now = self._clock()
        self._tokens = min(self._capacity, self._tokens + (now - self._updated_at) * self._per_second)
        self._updated_at = now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True

    def put(self, tokens: float) -> None:
        """Add tokens, up to the capacity."""
        self._tokens = min(self._capacity, self._tokens + tokens)


class IdleTimer:
    """Calls ``on_idle`` once, when ``timeout_s`` seconds have passed since the last ``reset``."""

    def __init__(
        self, timeout_s: float, on_idle: Callable[[], object], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._timeout_s = timeout_s
        self._on_idle = on_idle
        self._clock = clock
        self._reset_at = 0.0
        self._handle: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Start the timeout on the running event loop."""
        self.reset()
        self._schedule(self._timeout_s)

    def reset(self) -> None:
        """Restart the timeout. It creates no timer, because it is called for each message."""
        self._reset_at = self._clock()

    def cancel(self) -> None:
        """Never call ``on_idle``."""
        if self._handle:
            self._handle.cancel()

    def _schedule(self, delay_s: float) -> None:
        self._handle = asyncio.get_running_loop().call_later(delay_s, self._check)

    def _check(self) -> None:
        remaining_s = self._reset_at + self._timeout_s - self._clock()
        if remaining_s > 0:
            self._schedule(remaining_s)
        else:
            self._on_idle()


class ConnectionTasks:
    """Tasks that end with their connection."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def spawn(self, coroutine: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Run ``coroutine`` as a task."""
        task = asyncio.create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def cancel(self) -> None:
        """Cancel all tasks except the current one."""
        for task in self._others():
            task.cancel()

    async def wait(self) -> None:
        """Wait until all tasks except the current one have ended."""
        while others := self._others():
            await asyncio.wait(others)

    def _others(self) -> set[asyncio.Task[None]]:
        return self._tasks - {asyncio.current_task()}


class ConnectionCounter:
    """Counts the open connections of one kind in this process, by address. Used on the event loop only."""

    def __init__(self) -> None:
        self._open: Counter[str] = Counter()

    @contextmanager
    def counted(self, address: str) -> Iterator[bool]:
        """Count a connection while the context is open; yield whether the limits on connections allow it."""
        self._open[address] += 1
        try:
            yield self._open[address] <= settings.ADDRESS_SOCKETS and self._open.total() <= settings.MAX_SOCKETS
        finally:
            self._open[address] -= 1
            if not self._open[address]:
                del self._open[address]


class OpenConnections:
    """Open connections of this process. Used on the event loop only."""

    def __init__(self) -> None:
        self._connections: set[ConnectionConsumer] = set()
        self.is_draining = False

    @contextmanager
    def registered(self, connection: "ConnectionConsumer") -> Iterator[None]:
        """Hold ``connection`` in the set while the context is open."""
        self._connections.add(connection)
        try:
            yield
        finally:
            self._connections.discard(connection)

    def __len__(self) -> int:
        return len(self._connections)

    async def drain(self) -> None:
        """Reject new connections; close each open one when its jobs are answered."""
        self.is_draining = True
        await asyncio.gather(*(connection.drain() for connection in tuple(self._connections)))


connection_counter = ConnectionCounter()
open_connections = OpenConnections()


class ConnectionConsumer(AsyncWebsocketConsumer, ABC):
    """Consumer that checks origin and limits, passes messages to its subclass and cleans up when the connection ends.

    It accepts a connection even if it then rejects it: a browser shows no reason for a rejected handshake.
    """

    subprotocol = ""

    def __init__(self) -> None:
        super().__init__()
        self.is_closed = False
        self.address = ""
        self.allowance = TokenBucket(MESSAGE_ALLOWANCE, ALLOWANCE_REFILL_S)
        self.tasks = ConnectionTasks()
        self.idle_timer = IdleTimer(IDLE_TIMEOUT_S, lambda: self.tasks.spawn(self.end(close_codes.IDLE_TIMEOUT)))

    async def __call__(self, scope: Any, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        """Serve one connection.

        Unlike Channels' dispatcher it starts no task per message and makes no hop to the database thread: no channel
        layer and no database is used here.
        """
        self.scope, self.base_send = scope, send
        self.address = origins.address(scope)
        with connection_counter.counted(self.address) as is_within_limits, open_connections.registered(self):
            try:
                while (event := await receive())["type"] != "websocket.disconnect":
                    if event["type"] == "websocket.connect":
                        await self._open(is_within_limits=is_within_limits)
                    elif event["type"] == "websocket.receive":
                        await self._receive(event.get("text"), event.get("bytes"))
            finally:
                self._release()

    @abstractmethod
    async def handle(self, text: str | None, data: bytes) -> None:
        """Handle one message: ``text``, or ``data`` if that is ``None``. ``reject`` gets each ``ClassifierError``."""

    @abstractmethod
    async def reject(self, error: ClassifierError) -> None:
        """Send an error in the format of the subclass."""

    def on_admitted(self) -> None:
        """Start the timers and tasks of a subclass once the connection is admitted."""

    def on_answered(self) -> None:
        """Refill the message allowance after an answer."""
        self.allowance.put(MESSAGES_PER_ANSWER)

    async def send_text(self, text: str) -> None:
        """Send one text frame, unless the connection is closed."""
        if not self.is_closed:
            await self.send(text_data=text)

    async def end(self, code: int) -> None:
        """Close the connection, once, and cancel its tasks."""
        if not self.is_closed:
            self._release()
            await self.close(code)

    async def drain(self) -> None:
        """Close the connection when its tasks have ended."""
        await self.tasks.wait()
        await self.end(close_codes.DRAINING)

    async def _open(self, *, is_within_limits: bool) -> None:
        offered = self.scope.get("subprotocols", [])
        await self.accept(self.subprotocol if self.subprotocol in offered else None)
        try:
            self._admit(is_within_limits=is_within_limits)
        except ClassifierError as error:
            logger.warning("Connection rejected: %s, origin %r.", error.code, origins.header(self.scope, b"origin"))
            await self.reject(error)
            await self.end(ADMISSION_CLOSE_CODES[error.code])
            return
        self.idle_timer.start()
        self.on_admitted()

    def _admit(self, *, is_within_limits: bool) -> None:
        if open_connections.is_draining:
            raise ServerError("server.draining", retry_after=RETRY_AFTER_DRAINING_S)
        if not origins.is_allowed(self.scope):
            raise AuthError("auth.origin")
        if not is_within_limits:
            raise ClientError("rate.limited")

    async def _receive(self, text: str | None, data: bytes | None) -> None:
        if self.is_closed:
            return
        self.idle_timer.reset()
        # daphne buffers both directions without a bound, so a client that sends without reading answers is closed.
        if not self.allowance.take():
            await self.end(close_codes.PROTOCOL_ERROR)
            return
        try:
            await self.handle(text, data or b"")
        except ClassifierError as error:
            await self.reject(error)

    def _release(self) -> None:
        self.is_closed = True
        self.idle_timer.cancel()
        self.tasks.cancel()
