"""Classify a photo. Nothing here knows the web."""

import time

from django.conf import settings

from classifier import images, verdict
from classifier.answer import Answer, Timings
from classifier.crops import Views
from classifier.inference.engine import Engine
from classifier.inference.pool import get_pool

#: The long side of a photo that is kept, in pixels.
KEPT_SIDE = 512


async def classify(data: bytes, *, views: Views, top: int = 5, keep: bool = False) -> Answer:
    """The answer for one encoded picture, computed on the pool.

    Raises ``PictureError``, ``JobError`` ``job.timeout`` or ``ServerFault`` ``server.overloaded``.
    """
    asked = time.perf_counter()
    return await get_pool().run(lambda engine: identify(engine, data, views=views, top=top, keep=keep, asked=asked))


def identify(
    engine: Engine, data: bytes, *, views: Views, top: int = 5, keep: bool = False, asked: float | None = None
) -> Answer:
    """The answer for one encoded picture, computed here. ``asked``: ``time.perf_counter()`` when it came in."""
    started = time.perf_counter()
    asked = started if asked is None else asked
    picture = images.decode(data, min_side=KEPT_SIDE) if keep else images.decode(data)
    squares = images.squares(picture, views)
    decoded = time.perf_counter()
    probabilities = engine.predict(squares).probabilities.mean(axis=0)
    inferred = time.perf_counter()
    return Answer(
        verdict=verdict.judge(probabilities, settings.VERDICT_THRESHOLD),
        animal=verdict.animal_probability(probabilities),
        predictions=verdict.best(probabilities, top),
        views=views,
        timings=_timings(asked, started, decoded, inferred),
        width=picture.width,
        height=picture.height,
        format=picture.format,
        kept=images.rendition(picture, KEPT_SIDE) if keep else None,
    )


def _timings(asked: float, started: float, decoded: float, inferred: float) -> Timings:
    parts = (started - asked, decoded - started, inferred - decoded, inferred - asked)
    return Timings(*(round(part * 1000, 2) for part in parts))
