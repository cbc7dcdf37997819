"""Consumer of ``/ws/classify``: decode a message, call one service, send the answer or the error."""

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
from classifier.history.recorder import NewRecord
from classifier.imaging import limits
from classifier.inference.worker_pool import get_pool
from classifier.models import Classification
from classifier.prediction import service
from classifier.prediction.service import ClassifyOptions
from classifier.websocket import answer_cache, close_codes, messages, origins, rate_limits, tickets
from classifier.websocket.connection import CLOSE_CODES, ConnectionConsumer
from classifier.websocket.messages import Authenticate, Cancel, Classify, Ping, RejectedClassifyError
from classifier.websocket.tickets import Ticket

logger = logging.getLogger(__name__)

#: A client must authenticate within this time.
AUTHENTICATION_TIMEOUT_S = 5
#: The number of ``protocol.*`` errors within a minute that closes the connection.
MAX_PROTOCOL_ERRORS = 10

FrameHandler = Callable[[bytes], None]


class ClassifyConsumer(ConnectionConsumer):
    """One connection that classifies photos. Each job is a task and never delays the next message (channels#1203)."""

    subprotocol = messages.SUBPROTOCOL

    def __init__(self) -> None:
        super().__init__()
        self.ticket: Ticket | None = None
        self.jobs: dict[UUID, asyncio.Task[None]] = {}
        #: One function for each ``classify`` whose binary frame has not arrived. It takes that frame.
        self.frame_handlers: deque[FrameHandler] = deque()
        self.protocol_errors: deque[float] = deque(maxlen=MAX_PROTOCOL_ERRORS)

    def on_admitted(self) -> None:
        asyncio.get_running_loop().call_later(AUTHENTICATION_TIMEOUT_S, self._require_ticket)

    async def handle(self, text: str | None, data: bytes) -> None:
        if text is None:
            self._handle_frame(data)
            return
        try:
            message = messages.decode(text)
        except RejectedClassifyError as error:
            self.frame_handlers.append(_discard)
            await self.reject(error, error.job)
            return
        match message:
            case Authenticate():
                await self._authenticate(message)
            case Classify():
                await self._announce(message)
            case Cancel():
                await self._cancel(message.id)
            case Ping():
                await self.send_text(messages.encode(messages.Pong()))

    async def reject(self, error: ClassifierError, job: UUID | None = None) -> None:
        metrics.ERRORS.labels(error.code).inc()
        if job:
            metrics.log_rejection(job, error.code)
        await self.send_text(messages.encode(messages.error(error, job)))
        code = self._close_code(error)
        if code is not None:
            await self.end(code)

    # --- Messages --------------------------------------------------------------------------------

    def _require_ticket(self) -> None:
        if self.ticket is None and not self.is_closed:
            self.tasks.spawn(self.reject(AuthError("auth.required")))

    async def _authenticate(self, message: Authenticate) -> None:
        ticket = tickets.read(message.ticket)
        if origins.header(self.scope, b"origin") not in {None, ticket.origin}:
            raise AuthError("auth.origin")
        self.ticket = ticket
        await self.send_text(messages.encode(messages.hello(get_pool().model.artifact, ticket)))

    async def _announce(self, job: Classify) -> None:
        try:
            owner = self._admit_job(job).owner
        except ClassifierError as error:
            self.frame_handlers.append(_discard)
            await self.reject(error, job.id)
        else:
            self.frame_handlers.append(partial(self._start, job, owner))

    def _admit_job(self, job: Classify) -> Ticket:
        if self.ticket is None:
            raise AuthError("auth.required")
        if not self.ticket.expires_in:
            raise AuthError("auth.expired")
        if self.frame_handlers:
            raise messages.invalid("the binary frame of the previous classify is missing")
        if job.id in self.jobs:
            raise JobError("job.running")
        if len(self.jobs) >= messages.MAX_IN_FLIGHT:
            raise JobError("job.too_many")
        if job.size > limits.MAX_BYTES:
            raise ImageError("image.too_large")
        return self.ticket

    def _handle_frame(self, data: bytes) -> None:
        if not self.frame_handlers:
            raise ProtocolError("protocol.unexpected_binary")
        self.frame_handlers.popleft()(data)

    async def _cancel(self, job: UUID) -> None:
        task = self.jobs.pop(job, None)
        if task is None:
            await self.reject(JobError("job.unknown"), job)
            return
        task.cancel()
        await self.send_text(messages.encode(messages.Cancelled(job)))

    def _close_code(self, error: ClassifierError) -> int | None:
        if error.code in CLOSE_CODES:
            return CLOSE_CODES[error.code]
        if error.code == "auth.expired" and self.ticket is None:
            return close_codes.UNAUTHENTICATED
        if isinstance(error, ProtocolError) and self._has_too_many_protocol_errors():
            return close_codes.PROTOCOL_ERROR
        return None

    def _has_too_many_protocol_errors(self) -> bool:
        times = self.protocol_errors
        times.append(time.monotonic())
        return len(times) == times.maxlen and times[-1] - times[0] < 60

    # --- Jobs ------------------------------------------------------------------------------------

    def _start(self, job: Classify, owner: UUID, data: bytes) -> None:
        self.jobs[job.id] = self.tasks.spawn(self._run(job, data, owner))

    async def _run(self, job: Classify, data: bytes, owner: UUID) -> None:
        try:
            record = await self._classify(job, data, owner)
        except ClassifierError as error:
            await self.reject(error, job.id)
        except Exception:
            logger.exception("Job %s failed.", job.id)
            await self.reject(ServerError("server.internal"), job.id)
        else:
            await self.send_text(messages.encode(messages.result(job, record)))
            self.on_answered()
            metrics.log_answer(job.id, record.result, job.size)
            if job.record:
                recorder.record(record)
        finally:
            if self.jobs.get(job.id) is asyncio.current_task():
                del self.jobs[job.id]

    async def _classify(self, job: Classify, data: bytes, owner: UUID) -> NewRecord:
        if len(data) != job.size:
            raise messages.invalid(f"{job.size} bytes were announced, {len(data)} arrived")
        record_id, options = recorder.record_id(owner, job.id), _options(job)
        cached = answer_cache.answers.get(record_id, options)
        if cached and cached.size == job.size:
            return cached
        await rate_limits.count_job(owner, self.address)
        result = await metrics.counted(
            service.classify(data, options, partial(self._report_position, job.id), owner=owner)
        )
        source, now = Classification.Source.SOCKET, datetime.now(UTC)
        record = NewRecord(record_id, owner, source, job.name, job.size, now, result)
        if job.record:  # clients do not retry live frames
            answer_cache.answers.put(record, options)
        return record

    async def _report_position(self, job: UUID, position: int) -> None:
        await self.send_text(messages.encode(messages.Queued(job, position)))


def _options(job: Classify) -> ClassifyOptions:
    return ClassifyOptions(
        job.views,
        job.top,
        keep=job.record and settings.KEEP_PHOTOS.keeps(consented=job.keep),
        explain=job.explain is not False,
        classes=job.explain if isinstance(job.explain, tuple) else (),
    )


def _discard(_: bytes) -> None:
    """Discard the binary frame of a rejected ``classify``."""
