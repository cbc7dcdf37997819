"""Classify a photo. Nothing here knows the web."""

import time
from collections.abc import Collection, Hashable
from dataclasses import dataclass, replace

from django.conf import settings

from classifier.imaging import crops, decoding
from classifier.imaging.crops import Views
from classifier.imaging.decoding import DecodedImage
from classifier.inference.engine import Engine, ModelOutput
from classifier.inference.model import Model
from classifier.inference.worker_pool import OnQueued, get_pool
from classifier.prediction import heatmap, squirrel, verdict
from classifier.prediction.result import Heatmap, PredictionResult, Renditions, ScoredClass, Timings, Verdict
from classifier.vocabulary import taxonomy
from classifier.vocabulary.labels import index_of

#: The long sides of what is kept of a photo, in pixels.
PHOTO_SIDE = 512
THUMBNAIL_SIDE = 96


@dataclass(frozen=True, slots=True)
class ClassifyOptions:
    """What to do with a photo.

    ``top``: how many of the best classes to name. ``keep``: make renditions to store. ``explain``: draw maps of the
    verdict and of ``classes`` (indices 0–999), or of the best classes if there are none.
    """

    views: Views = Views.BEST
    top: int = 5
    keep: bool = False
    explain: bool = False
    classes: tuple[int, ...] = ()


async def classify(
    data: bytes, wish: ClassifyOptions, on_queued: OnQueued | None = None, *, owner: Hashable = None
) -> PredictionResult:
    """The answer for one encoded picture, computed on the pool; ``on_queued`` is told its place, 1…, if it has to wait.

    When many wait, ``best`` becomes ``fast``, and the answer says so. Owners take turns.

    Raises ``PictureError``, ``JobError`` ``job.timeout`` or ``ServerFault`` ``server.overloaded``.
    """
    asked, pool = time.perf_counter(), get_pool()

    def job(engine: Engine) -> PredictionResult:
        affordable = replace(wish, views=Views.FAST) if pool.has_backlog() else wish
        return classify_image(pool.model, engine, data, affordable, asked=asked)

    return await pool.run(job, on_queued, owner=owner)


def classify_image(
    model: Model, engine: Engine, data: bytes, wish: ClassifyOptions, *, asked: float | None = None
) -> PredictionResult:
    """The answer for one encoded picture, computed here. ``asked``: ``time.perf_counter()`` when it came in.

    Raises ``PictureError``.
    """
    started = time.perf_counter()
    picture = decoding.decode(data, min_side=PHOTO_SIDE) if wish.keep else decoding.decode(data)
    squares = decoding.squares(picture, wish.views)
    decoded = time.perf_counter()
    prediction = engine.predict(squares, with_features=wish.explain)
    inferred = time.perf_counter()
    probabilities = prediction.probabilities.mean(axis=0)
    found = verdict.judge(probabilities, settings.VERDICT_THRESHOLD)
    best = verdict.best(probabilities, wish.top)
    return PredictionResult(
        model_name=model.artifact.name,
        model_version=model.artifact.version,
        verdict=found,
        squirrel=squirrel.is_squirrel(probabilities),
        animal=verdict.animal_probability(probabilities),
        predictions=best,
        views=wish.views,
        timings=_timings(started if asked is None else asked, started, decoded, inferred),
        width=picture.width,
        height=picture.height,
        format=picture.format,
        kept=_renditions(picture) if wish.keep else None,
        heatmap=_heatmap(model, prediction, picture, wish, found, best) if wish.explain else None,
    )


def _renditions(picture: DecodedImage) -> Renditions:
    return Renditions(decoding.rendition(picture, PHOTO_SIDE), decoding.rendition(picture, THUMBNAIL_SIDE))


def _heatmap(
    model: Model,
    prediction: ModelOutput,
    picture: DecodedImage,
    wish: ClassifyOptions,
    found: Verdict,
    best: tuple[ScoredClass, ...],
) -> Heatmap:
    return heatmap.explain(
        prediction,
        model.artifact.head,
        crops.boxes(picture.width, picture.height, wish.views),
        (picture.width, picture.height),
        verdict=_classes_of(found),
        classes=wish.classes or [scored.label.index for scored in best],
    )


def _classes_of(found: Verdict) -> Collection[int]:
    """The output indices of what a verdict names: a group's leaves, or the one class."""
    node = taxonomy.nodes().get(found.wnid)
    return node.leaves if node else {index_of(found.wnid)}


def _timings(asked: float, started: float, decoded: float, inferred: float) -> Timings:
    parts = (started - asked, decoded - started, inferred - decoded, inferred - asked)
    return Timings(*(round(part * 1000, 2) for part in parts))
