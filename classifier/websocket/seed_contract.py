"""Contract of the FastAPI version that this product replaces: base64 in JSON at ``/ws``, without tickets.

It serves existing programs, with correct scores and labels. Its records have no owner.
"""

import asyncio
import base64
import binascii
import logging
from datetime import UTC, datetime
from uuid import uuid4

import msgspec
from django.conf import settings
from msgspec import Struct

from classifier import metrics
from classifier.errors import ClassifierError, ImageError, JobError, ServerError
from classifier.history import recorder
from classifier.history.recorder import NewRecord
from classifier.imaging import limits
from classifier.imaging.crops import Views
from classifier.inference.worker_pool import get_pool
from classifier.models import Classification
from classifier.prediction import service
from classifier.prediction.result import PredictionResult, Probability, ScoredClass
from classifier.prediction.service import ClassifyOptions
from classifier.websocket import messages, rate_limits
from classifier.websocket.connection import ConnectionConsumer

logger = logging.getLogger(__name__)

TOP = 5
#: Requests of one connection that may wait, each of up to 14 MiB.
MAX_WAITING = 3


class SeedRequest(Struct, frozen=True):
    """``image`` is a data URL or base64; ``threshold`` and ``views`` are optional."""

    image: str
    threshold: Probability = 0.0
    views: Views = Views.BEST


class SeedResult(Struct, frozen=True):
    """The five most probable classes, and their number before and after the threshold."""

    predictions: tuple[ScoredClass, ...]
    total_predictions: int
    filtered_predictions: int


class SeedError(Struct, frozen=True):
    """``error`` is a sentence for people."""

    error: str


class SeedConsumer(ConnectionConsumer):
    """One connection at ``/ws``. Answers have no ids, so requests are answered one after the other."""

    def __init__(self) -> None:
        super().__init__()
        self.answer_lock = asyncio.Lock()
        self.waiting = 0

    async def handle(self, text: str | None, data: bytes) -> None:
        await rate_limits.count("legacy", self.address, settings.ADDRESS_RATE)
        # daphne's queue has no bound, so each message is taken at once and rejected if too many wait (channels#1203).
        if self.waiting >= MAX_WAITING:
            raise JobError("job.too_many")
        self.waiting += 1
        self.tasks.spawn(self._answer_in_order(text or ""))

    async def reject(self, error: ClassifierError) -> None:
        metrics.ERRORS.labels(error.code).inc()
        await self.send_text(messages.encode(SeedError(error.message)))

    async def _answer_in_order(self, text: str) -> None:
        try:
            async with self.answer_lock:
                await self._answer(text)
        finally:
            self.waiting -= 1

    async def _answer(self, text: str) -> None:
        try:
            # Decoding 14 MiB takes a while, so it runs on the worker pool.
            request, picture = await get_pool().run(lambda _: decode(text), owner=self.address)
            result = await metrics.counted(service.classify(picture, _options(request), owner=self.address))
        except ClassifierError as error:
            await self.reject(error)
        except Exception:
            logger.exception("A request at /ws failed.")
            await self.reject(ServerError("server.internal"))
        else:
            await self.send_text(messages.encode(to_seed_result(result, request.threshold)))
            self.on_answered()
            recorder.record(_new_record(len(picture), result))


def decode(text: str) -> tuple[SeedRequest, bytes]:
    """Decode one text frame into the request and its picture. Raises ``ProtocolError`` or ``ImageError``."""
    try:
        request = msgspec.json.decode(text, type=SeedRequest)
    except msgspec.ValidationError as error:
        raise messages.invalid(messages.describe(error)) from None
    except (msgspec.DecodeError, RecursionError):
        raise messages.invalid("the text is not JSON") from None
    return request, _picture(request.image)


def to_seed_result(result: PredictionResult, threshold: float) -> SeedResult:
    """Return the classes of ``result`` that reach ``threshold``."""
    predictions = tuple(scored for scored in result.predictions if scored.score >= threshold)
    return SeedResult(predictions, len(result.predictions), len(predictions))


def _picture(image: str) -> bytes:
    content = image.partition(",")[2] if image.startswith("data:") else image
    if len(content) > limits.MAX_BYTES * 4 / 3 + 4:
        raise ImageError("image.too_large")
    try:
        return base64.b64decode(content, validate=True)
    except (binascii.Error, ValueError):
        raise ImageError("image.unreadable", "This is not base64.") from None


def _options(request: SeedRequest) -> ClassifyOptions:
    return ClassifyOptions(request.views, TOP, keep=settings.KEEP_PHOTOS.keeps(consented=False))


def _new_record(size: int, result: PredictionResult) -> NewRecord:
    return NewRecord(uuid4(), None, Classification.Source.LEGACY, "", size, datetime.now(UTC), result)
