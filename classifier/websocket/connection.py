"""What every socket has, whatever is spoken on it: a checked origin, patience that ends, a bounded appetite."""

import asyncio
import json
import logging
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Coroutine
from contextlib import suppress
from threading import Event
from typing import Any

from asgiref.typing import ASGIReceiveCallable, ASGISendCallable, WebSocketDisconnectEvent
from channels.consumer import get_handler_name
from channels.exceptions import StopConsumer
from channels.generic.websocket import AsyncWebsocketConsumer

from classifier.errors import AuthError, ClassifierError, ClientError, ServerError
from classifier.websocket import close_codes, messages, origins

logger = logging.getLogger(__name__)

Act = Callable[[], Coroutine[Any, Any, None]]

connection_counter = origins.ConnectionCounter()
#: The lines themselves.
open_lines: "set[Line]" = set()
#: Whether this process lets its lines go. Set once, by ``retire_all``.
_retiring = Event()


class Line(AsyncWebsocketConsumer, ABC):
    """A socket that is accepted first and refused in words, because a browser sees nothing of a refusal before.

    daphne keeps what comes and what goes without a bound, so a client that only talks is closed: every message costs
    one of ``MESSAGES`` that come back within a minute, and every answer gives ``MESSAGES_PER_ANSWER`` back.
    """

    subprotocol: str | None = None

    def __init__(self) -> None:
        super().__init__()
        self.closed = False
        self.address = ""
        self.messages_left = float(messages.MESSAGES)
        self.counted_at = self.heard_at = time.monotonic()
        self.timers: dict[str, asyncio.TimerHandle] = {}
        self.tasks: set[asyncio.Task[None]] = set()

    async def connect(self) -> None:
        offered = self.scope.get("subprotocols", [])
        await self.accept(self.subprotocol if self.subprotocol and self.subprotocol in offered else None)
        self.address = origins.address(self.scope)
        fits = connection_counter.enter(self.address)
        open_lines.add(self)
        try:
            self._admit_socket(fits=fits)
        except ClassifierError as fault:
            logger.warning("socket refused: %s, origin %r", fault.code, origins.header(self.scope, b"origin"))
            await self.refuse(fault)
            await self.end(messages.CLOSES_AT_OPENING[fault.code])
            return
        self.after("silence", messages.SILENCE_S, self._end_if_silent)
        await self.opened()

    async def __call__(self, scope: Any, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        """As Channels', without a task for every message: no layer is listened to beside the client.

        And without its hop to a thread after every message: no database is used on this side.
        """
        self.scope, self.base_send = scope, send
        with suppress(StopConsumer):
            while True:
                message: Any = await receive()
                await getattr(self, get_handler_name(message))(message)

    async def websocket_disconnect(self, message: WebSocketDisconnectEvent) -> None:
        """As Channels', without the hop and the groups, of which there are none."""
        await self.disconnect(message["code"])
        raise StopConsumer

    async def opened(self) -> None:
        """The socket is accepted and welcome."""

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        if self.closed:
            return
        self.heard_at = time.monotonic()
        if not self._afford():
            await self.end(close_codes.PROTOCOL_ERROR)
            return
        try:
            await self.take(text_data, bytes_data or b"")
        except ClassifierError as fault:
            await self.refuse(fault)

    @abstractmethod
    async def take(self, text: str | None, data: bytes) -> None:
        """One message: ``text``, or ``data`` where that is ``None``. A ``ClassifierError`` it raises is answered."""

    @abstractmethod
    async def refuse(self, fault: ClassifierError) -> None:
        """Says a fault in this socket's own form."""

    async def disconnect(self, code: int) -> None:
        self._stop()
        open_lines.discard(self)
        connection_counter.leave(self.address)

    async def say(self, message: dict[str, Any]) -> None:
        """Sends one message, unless the line is closed."""
        if not self.closed:
            await self.send(text_data=json.dumps(message))

    def answered(self) -> None:
        """An answer was given: its messages come back."""
        self.messages_left = min(messages.MESSAGES, self.messages_left + messages.MESSAGES_PER_ANSWER)

    async def end(self, code: int) -> None:
        """Closes from this side, once; what was being done for this line is given up."""
        if not self.closed:
            self._stop()
            await self.close(code)

    async def retire(self) -> None:
        """Lets what is being done for this line end, and closes it: its client goes on elsewhere."""
        while running := self.tasks - {asyncio.current_task()}:
            await asyncio.wait(running)
        await self.end(close_codes.DRAINING)

    def after(self, name: str, seconds: float, act: Act) -> None:
        """Acts after so many seconds, unless the same name is set again or forgotten before."""
        self.forget(name)
        self.timers[name] = asyncio.get_running_loop().call_later(seconds, lambda: self.spawn(act()))

    def forget(self, name: str) -> None:
        """Takes a planned act back."""
        if name in self.timers:
            self.timers.pop(name).cancel()

    def spawn(self, act: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """A task that does not outlive the line."""
        task = asyncio.create_task(act)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)
        return task

    def _admit_socket(self, *, fits: bool) -> None:
        if _retiring.is_set():
            raise ServerError("server.draining", retry_after=messages.RETRY_AFTER_DRAINING_S)
        if not origins.is_allowed(self.scope):
            raise AuthError("auth.origin")
        if not fits:
            raise ClientError("rate.limited")

    async def _end_if_silent(self) -> None:
        left = self.heard_at + messages.SILENCE_S - time.monotonic()
        if left > 0:
            self.after("silence", left, self._end_if_silent)
        else:
            await self.end(close_codes.IDLE_TIMEOUT)

    def _afford(self) -> bool:
        back = (self.heard_at - self.counted_at) * messages.MESSAGES / 60
        self.messages_left = min(messages.MESSAGES, self.messages_left + back) - 1
        self.counted_at = self.heard_at
        return self.messages_left >= 0

    def _stop(self) -> None:
        self.closed = True
        for timer in self.timers.values():
            timer.cancel()
        for task in self.tasks - {asyncio.current_task()}:
            task.cancel()


async def retire_all() -> None:
    """Every open line ends when its jobs have, and no new one is welcome."""
    _retiring.set()
    await asyncio.gather(*(line.retire() for line in tuple(open_lines)))
