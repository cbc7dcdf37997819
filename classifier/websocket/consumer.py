"""The socket: parse, call one service, map one exception family to one message."""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from uuid import UUID

from django.conf import settings

from classifier import metrics
from classifier.errors import AuthError, ClassifierError, ImageError, JobError, ProtocolError, ServerError
from classifier.history import recorder
from classifier.imaging import limits
from classifier.inference.worker_pool import get_pool
from classifier.models import Classification
from classifier.prediction import service
from classifier.prediction.service import ClassifyOptions
from classifier.websocket import answer_cache, close_codes, messages, origins, rate_limits, tickets
from classifier.websocket.connection import Line
from classifier.websocket.messages import Authenticate, Cancel, Classify, Ping, RefusedClassify
from classifier.websocket.tickets import Ticket

logger = logging.getLogger(__name__)

TakeFrame = Callable[[bytes], None]


class ClassifyConsumer(Line):
    """``/ws/classify``: one task a job, so that a long one never holds up the next message (channels#1203)."""

    subprotocol = messages.SUBPROTOCOL

    def __init__(self) -> None:
        super().__init__()
        self.ticket: Ticket | None = None
        self.jobs: dict[UUID, asyncio.Task[None]] = {}
        self.frames: deque[TakeFrame] = deque()
        self.faults: deque[float] = deque(maxlen=messages.PROTOCOL_ERRORS_PER_MINUTE)

    async def opened(self) -> None:
        self.after("authenticate", messages.AUTHENTICATE_WITHIN_S, lambda: self.refuse(AuthError("auth.required")))

    async def take(self, text: str | None, data: bytes) -> None:
        if text is not None:
            await self._take_message(text)
        else:
            self._take_frame(data)

    async def refuse(self, fault: ClassifierError, job: UUID | None = None) -> None:
        metrics.ERRORS.labels(fault.code).inc()
        if job:
            metrics.log_refusal(job, fault.code)
        await self.say(messages.error(fault, job))
        code = self._close_code(fault)
        if code is not None:
            await self.end(code)

    # --- Messages ------------------------------------------------------------------------------

    async def _take_message(self, text: str) -> None:
        try:
            message = messages.parse(text)
        except RefusedClassify as fault:
            self.frames.append(_ignore)
            await self.refuse(fault, fault.job)
            return
        match message:
            case Authenticate():
                await self._authenticate(message)
            case Classify():
                await self._announce(message)
            case Cancel():
                await self._cancel(message.id)
            case Ping():
                await self.say({"type": "pong"})

    async def _authenticate(self, message: Authenticate) -> None:
        ticket = tickets.read(message.ticket)
        if origins.header(self.scope, b"origin") not in {None, ticket.origin}:
            raise AuthError("auth.origin")
        self.ticket = ticket
        self.forget("authenticate")
        await self.say(messages.hello(get_pool().model.artifact, ticket))

    async def _announce(self, job: Classify) -> None:
        try:
            owner = self._admit(job).owner
        except ClassifierError as fault:
            self.frames.append(_ignore)
            await self.refuse(fault, job.id)
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
        if len(self.jobs) >= messages.MAX_IN_FLIGHT:
            raise JobError("job.too_many")
        if job.size > limits.MAX_BYTES:
            raise ImageError("image.too_large")
        return self.ticket

    def _take_frame(self, data: bytes) -> None:
        if not self.frames:
            raise ProtocolError("protocol.unexpected_binary")
        self.frames.popleft()(data)

    async def _cancel(self, job: UUID) -> None:
        task = self.jobs.pop(job, None)
        if task is None:
            await self.refuse(JobError("job.unknown"), job)
            return
        task.cancel()
        await self.say(messages.cancelled(job))

    # --- Jobs ----------------------------------------------------------------------------------

    def _start(self, job: Classify, owner: UUID, data: bytes) -> None:
        self.jobs[job.id] = self.spawn(self._run(job, data, owner))

    async def _run(self, job: Classify, data: bytes, owner: UUID) -> None:
        try:
            entry = await self._classify(job, data, owner)
        except ClassifierError as fault:
            await self.refuse(fault, job.id)
        except Exception:
            logger.exception("job %s failed", job.id)
            await self.refuse(ServerError("server.internal"), job.id)
        else:
            await self.say(messages.result(job, entry))
            self.answered()
            metrics.log_answer(job.id, entry.result, job.size)
            if job.record:
                recorder.record(entry)
        finally:
            if self.jobs.get(job.id) is asyncio.current_task():
                del self.jobs[job.id]

    async def _classify(self, job: Classify, data: bytes, owner: UUID) -> recorder.NewRecord:
        if len(data) != job.size:
            raise ProtocolError("protocol.invalid", f"{job.size} bytes were announced, {len(data)} came.")
        record, wish = recorder.record_id(owner, job.id), _wish(job)
        known = answer_cache.answers.recall(record, wish)
        if known and known.size == job.size:
            return known
        await rate_limits.count_job(owner, self.address)
        answer = await metrics.counted(
            service.classify(data, wish, lambda position: self.say(messages.queued(job.id, position)), owner=owner)
        )
        source, now = Classification.Source.SOCKET, datetime.now(UTC)
        entry = recorder.NewRecord(record, owner, source, job.name, job.size, now, answer)
        if job.record:  # live frames are never asked for again
            answer_cache.answers.keep(entry, wish)
        return entry

    def _close_code(self, fault: ClassifierError) -> int | None:
        if fault.code in messages.CLOSES:
            return messages.CLOSES[fault.code]
        if fault.code == "auth.expired" and self.ticket is None:
            return close_codes.UNAUTHENTICATED
        if isinstance(fault, ProtocolError) and self._too_many_faults():
            return close_codes.PROTOCOL_ERROR
        return None

    def _too_many_faults(self) -> bool:
        self.faults.append(time.monotonic())
        return len(self.faults) == self.faults.maxlen and self.faults[-1] - self.faults[0] < 60


def _wish(job: Classify) -> ClassifyOptions:
    keep = job.record and settings.KEEP_PHOTOS.keeps(consented=job.keep)
    return ClassifyOptions(job.views, job.top, keep=keep, explain=job.explain, classes=job.classes)


def _ignore(_: bytes) -> None:
    """What becomes of the frame of a refused ``classify``."""
