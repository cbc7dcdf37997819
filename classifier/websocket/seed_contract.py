"""The contract of the version that this one replaces: base64 in JSON at ``/ws``, without tickets.

It is kept for programs that were written against it, with true scores and right labels. Its rows have no owner.
"""

import asyncio
import base64
import binascii
import logging
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from django.conf import settings

from classifier import metrics
from classifier.errors import ClassifierError, ImageError, JobError, ServerError
from classifier.history import recorder
from classifier.imaging import limits
from classifier.imaging.crops import Views
from classifier.inference.worker_pool import get_pool
from classifier.models import Classification
from classifier.prediction import service
from classifier.prediction.result import PredictionResult
from classifier.prediction.service import ClassifyOptions
from classifier.websocket import rate_limits, reading
from classifier.websocket.connection import Line

logger = logging.getLogger(__name__)

TOP = 5
#: Requests of one socket that may wait, each of up to 14 MiB.
MAX_WAITING = 3


@dataclass(frozen=True, slots=True)
class LegacyRequest:
    """``{"image": data URL or base64, "threshold": 0–1, "views": "best" | "fast"}``."""

    picture: bytes
    threshold: float
    views: Views


class LegacyConsumer(Line):
    """``/ws``: one request after the other; an answer or ``{"error": sentence}`` to each."""

    def __init__(self) -> None:
        super().__init__()
        self.turn = asyncio.Lock()
        self.waiting = 0

    async def take(self, text: str | None, data: bytes) -> None:
        await rate_limits.count("legacy", self.address, settings.ADDRESS_RATE)
        # daphne's queue has no bound: take every message off it, and drop what is too much (channels#1203).
        if self.waiting >= MAX_WAITING:
            raise JobError("job.too_many")
        self.waiting += 1
        self.spawn(self._answer(text or ""))

    async def refuse(self, fault: ClassifierError) -> None:
        metrics.ERRORS.labels(fault.code).inc()
        await self.say({"error": fault.message})

    async def _answer(self, text: str) -> None:
        try:
            async with self.turn:  # answers have no ids: they come in the order of the requests
                await self._answer_in_turn(text)
        finally:
            self.waiting -= 1

    async def _answer_in_turn(self, text: str) -> None:
        try:
            request = await get_pool().run(lambda _: parse(text), owner=self.address)
            answer = await metrics.counted(service.classify(request.picture, _wish(request), owner=self.address))
        except ClassifierError as fault:
            await self.refuse(fault)
        except Exception:
            logger.exception("a legacy request failed")
            await self.refuse(ServerError("server.internal"))
        else:
            await self.say(result(answer, request.threshold))
            self.answered()
            recorder.record(_entry(request, answer))


def parse(text: str) -> LegacyRequest:
    """One text frame as a request. Raises ``ProtocolError``, or ``PictureError`` for base64 that is none."""
    fields = reading.json_object(text)
    return LegacyRequest(
        picture=_decoded(reading.string(fields, "image")),
        threshold=reading.fraction(fields, "threshold", 0.0),
        views=reading.views(fields, "views", Views.BEST),
    )


def result(answer: PredictionResult, threshold: float) -> dict[str, Any]:
    """The five best, counted before and after the threshold."""
    kept = [scored.as_json() for scored in answer.predictions if scored.score >= threshold]
    return {
        "predictions": kept,
        "total_predictions": len(answer.predictions),
        "filtered_predictions": len(kept),
    }


def _decoded(image: str) -> bytes:
    content = image.partition(",")[2] if image.startswith("data:") else image
    if len(content) > limits.MAX_BYTES * 4 / 3 + 4:
        raise ImageError("image.too_large")
    try:
        return base64.b64decode(content, validate=True)
    except (binascii.Error, ValueError):
        raise ImageError("image.unreadable", "This is not base64.") from None


def _wish(request: LegacyRequest) -> ClassifyOptions:
    return ClassifyOptions(request.views, TOP, keep=settings.KEEP_PHOTOS.keeps(consented=False))


def _entry(request: LegacyRequest, answer: PredictionResult) -> recorder.NewRecord:
    return recorder.NewRecord(
        uuid4(), None, Classification.Source.LEGACY, "", len(request.picture), datetime.now(UTC), answer
    )
