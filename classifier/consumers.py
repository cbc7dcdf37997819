"""The socket: parse, call one service, map one exception family to one message."""

import asyncio
import json
import logging
import time
from collections import deque
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from functools import partial
from typing import Any
from uuid import UUID

from channels.generic.websocket import AsyncWebsocketConsumer

from classifier import history, images, memory, origins, protocol, services, tickets
from classifier.answer import Answer
from classifier.errors import AuthError, ClassifierError, JobError, PictureError, ProtocolError, ServerFault
from classifier.inference.pool import get_pool
from classifier.models import Classification
from classifier.protocol import Authenticate, Cancel, Classify, Ping, RefusedClassify
from classifier.services import Wish
from classifier.tickets import Ticket

logger = logging.getLogger(__name__)

TakeFrame = Callable[[bytes], None]


class ClassifyConsumer(AsyncWebsocketConsumer):
    """``/ws/classify``: one task a job, so that a long one never holds up the next message (channels#1203)."""

    def __init__(self) -> None:
        super().__init__()
        self.ticket: Ticket | None = None
        self.jobs: dict[UUID, asyncio.Task[None]] = {}
        self.frames: deque[TakeFrame] = deque()
        self.faults: deque[float] = deque(maxlen=protocol.PROTOCOL_ERRORS_PER_MINUTE)
        self.timers: dict[str, asyncio.TimerHandle] = {}
        self.tasks: set[asyncio.Task[None]] = set()
        self.closed = False

    # --- The life of a socket ------------------------------------------------------------------

    async def connect(self) -> None:
        offered = self.scope.get("subprotocols", [])
        await self.accept(protocol.SUBPROTOCOL if protocol.SUBPROTOCOL in offered else None)
        if not origins.is_allowed(self.scope):
            logger.warning("origin %r refused at /ws/classify", origins.header(self.scope, b"origin"))
            await self._refuse(AuthError("auth.origin"))
            return
        self._after("authenticate", protocol.AUTHENTICATE_WITHIN_S, lambda: self._refuse(AuthError("auth.required")))
        self._expect_a_sign()

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        if self.closed:
            return
        self._expect_a_sign()
        try:
            if text_data is not None:
                await self._take_message(text_data)
            else:
                self._take_frame(bytes_data or b"")
        except ClassifierError as fault:
            await self._refuse(fault)

    async def disconnect(self, code: int) -> None:
        self.closed = True
        for timer in self.timers.values():
            timer.cancel()
        for task in [*self.jobs.values(), *self.tasks]:
            task.cancel()

    # --- Messages ------------------------------------------------------------------------------

    async def _take_message(self, text: str) -> None:
        try:
            message = protocol.parse(text)
        except RefusedClassify as fault:
            self.frames.append(_ignore)
            await self._refuse(fault, fault.job)
            return
        match message:
            case Authenticate():
                await self._authenticate(message)
            case Classify():
                await self._announce(message)
            case Cancel():
                await self._cancel(message.id)
            case Ping():
                await self._say({"type": "pong"})

    async def _authenticate(self, message: Authenticate) -> None:
        ticket = tickets.read(message.ticket)
        if origins.header(self.scope, b"origin") not in {None, ticket.origin}:
            raise AuthError("auth.origin")
        self.ticket = ticket
        self._forget("authenticate")
        await self._say(protocol.hello(get_pool().model.artifact, ticket))

    async def _announce(self, job: Classify) -> None:
        try:
            owner = self._admit(job).owner
        except ClassifierError as fault:
            self.frames.append(_ignore)
            await self._refuse(fault, job.id)
        else:
            self.frames.append(partial(self._start, job, owner))

    def _admit(self, job: Classify) -> Ticket:
        if self.ticket is None:
            raise AuthError("auth.required")
        if not self.ticket.expires_in:
            raise AuthError("auth.expired")
        if self.frames:
            raise ProtocolError("protocol.invalid", "The frame of the classify before has not come yet.")
        if job.id in self.jobs:
            raise JobError("job.running")
        if len(self.jobs) >= protocol.MAX_IN_FLIGHT:
            raise JobError("job.too_many")
        if job.size > images.MAX_BYTES:
            raise PictureError("image.too_large")
        return self.ticket

    def _take_frame(self, data: bytes) -> None:
        if not self.frames:
            raise ProtocolError("protocol.unexpected_binary")
        self.frames.popleft()(data)

    async def _cancel(self, job: UUID) -> None:
        task = self.jobs.pop(job, None)
        if task is None:
            await self._refuse(JobError("job.unknown"), job)
            return
        task.cancel()
        await self._say(protocol.cancelled(job))

    # --- Jobs ----------------------------------------------------------------------------------

    def _start(self, job: Classify, owner: UUID, data: bytes) -> None:
        self.jobs[job.id] = asyncio.create_task(self._run(job, data, owner))

    async def _run(self, job: Classify, data: bytes, owner: UUID) -> None:
        try:
            entry = await self._classify(job, data, owner)
        except ClassifierError as fault:
            await self._refuse(fault, job.id)
        except Exception:
            logger.exception("job %s failed", job.id)
            await self._refuse(ServerFault("server.internal"), job.id)
        else:
            await self._say(protocol.result(job, entry))
            if job.record:
                history.record(entry)
        finally:
            if self.jobs.get(job.id) is asyncio.current_task():
                del self.jobs[job.id]

    async def _classify(self, job: Classify, data: bytes, owner: UUID) -> history.Entry:
        if len(data) != job.size:
            raise ProtocolError("protocol.invalid", f"{job.size} bytes were announced, {len(data)} came.")
        record, wish = history.record_id(owner, job.id), _wish(job)
        if known := memory.answers.recall(record, wish):
            return known
        answer = await services.classify(data, wish, lambda position: self._say(protocol.queued(job.id, position)))
        entry = self._entry(record, job, owner, answer)
        memory.answers.keep(entry, wish)
        return entry

    def _entry(self, record: UUID, job: Classify, owner: UUID, answer: Answer) -> history.Entry:
        model = get_pool().model.artifact
        return history.Entry(
            id=record,
            owner=owner,
            source=Classification.Source.SOCKET,
            name=job.name,
            size=job.size,
            answered_at=datetime.now(UTC),
            model_name=model.name,
            model_version=model.version,
            answer=answer,
        )

    # --- Answers and ends ----------------------------------------------------------------------

    async def _say(self, message: dict[str, Any]) -> None:
        if not self.closed:
            await self.send(text_data=json.dumps(message))

    async def _refuse(self, fault: ClassifierError, job: UUID | None = None) -> None:
        await self._say(protocol.error(fault, job))
        code = self._close_code(fault)
        if code is not None:
            await self._end(code)

    def _close_code(self, fault: ClassifierError) -> int | None:
        if fault.code in protocol.CLOSES:
            return protocol.CLOSES[fault.code]
        if fault.code == "auth.expired" and self.ticket is None:
            return protocol.CLOSE_AUTH
        if isinstance(fault, ProtocolError) and self._too_many_faults():
            return protocol.CLOSE_PROTOCOL
        return None

    def _too_many_faults(self) -> bool:
        self.faults.append(time.monotonic())
        return len(self.faults) == self.faults.maxlen and self.faults[-1] - self.faults[0] < 60

    async def _end(self, code: int) -> None:
        if not self.closed:
            self.closed = True
            await self.close(code)

    def _expect_a_sign(self) -> None:
        self._after("silence", protocol.SILENCE_S, lambda: self._end(protocol.CLOSE_SILENCE))

    def _after(self, name: str, seconds: float, act: Callable[[], Coroutine[Any, Any, None]]) -> None:
        self._forget(name)
        self.timers[name] = asyncio.get_running_loop().call_later(seconds, self._spawn, act)

    def _forget(self, name: str) -> None:
        if name in self.timers:
            self.timers.pop(name).cancel()

    def _spawn(self, act: Callable[[], Coroutine[Any, Any, None]]) -> None:
        task = asyncio.create_task(act())
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)


def _wish(job: Classify) -> Wish:
    return Wish(job.views, job.top, keep=job.keep, explain=job.explain, classes=job.classes)


def _ignore(_: bytes) -> None:
    """What becomes of the frame of a refused ``classify``."""
