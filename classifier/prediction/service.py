"""Classify one photo. Independent of Django's web layer and of WebSockets."""

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

#: Long sides of the stored renditions, in pixels.
PHOTO_SIDE = 512
THUMBNAIL_SIDE = 96


@dataclass(frozen=True, slots=True)
class ClassifyOptions:
    """Options of a job.

    ``top``: number of most probable classes in the result. ``keep``: make renditions for storage. ``explain``: compute
    heatmaps of the verdict and of ``classes`` (indices 0–999; the most probable classes if empty).
    """

    views: Views = Views.BEST
    top: int = 5
    keep: bool = False
    explain: bool = False
    classes: tuple[int, ...] = ()


async def classify(
    data: bytes, options: ClassifyOptions, on_queued: OnQueued | None = None, *, owner: Hashable = None
) -> PredictionResult:
    """Classify one encoded picture on the worker pool.

    ``on_queued`` receives the queue position, 1…, if the job has to wait. Under load ``best`` becomes ``fast``; the
    result's ``views`` tells which was used. Raises ``ImageError`` and the errors of ``WorkerPool.run``.
    """
    received_at, pool = time.perf_counter(), get_pool()

    def job(engine: Engine) -> PredictionResult:
        reduced_options = replace(options, views=Views.FAST) if pool.has_backlog() else options
        return classify_image(pool.model, engine, data, reduced_options, received_at=received_at)

    return await pool.run(job, on_queued, owner=owner)


def classify_image(
    model: Model, engine: Engine, data: bytes, options: ClassifyOptions, *, received_at: float | None = None
) -> PredictionResult:
    """Classify one encoded picture on this thread. Raises ``ImageError``.

    ``received_at`` is ``time.perf_counter()`` at the moment the picture arrived; the default is now.
    """
    started_at = time.perf_counter()
    image = decoding.decode(data, min_side=PHOTO_SIDE) if options.keep else decoding.decode(data)
    squares = decoding.squares(image, options.views)
    decoded_at = time.perf_counter()
    output = engine.predict(squares, with_features=options.explain)
    inferred_at = time.perf_counter()
    probabilities = output.probabilities.mean(axis=0)
    judged = verdict.judge(probabilities, settings.VERDICT_THRESHOLD)
    top_classes = verdict.top_classes(probabilities, options.top)
    return PredictionResult(
        model_name=model.artifact.name,
        model_version=model.artifact.version,
        verdict=judged,
        squirrel=squirrel.is_squirrel(probabilities),
        animal=round(verdict.animal_probability(probabilities), 6),
        predictions=top_classes,
        views=options.views,
        timings=_timings(started_at if received_at is None else received_at, started_at, decoded_at, inferred_at),
        width=image.width,
        height=image.height,
        format=image.format,
        renditions=_renditions(image) if options.keep else None,
        heatmap=_heatmap(model, output, image, options, judged, top_classes) if options.explain else None,
    )


def _renditions(image: DecodedImage) -> Renditions:
    return Renditions(decoding.rendition(image, PHOTO_SIDE), decoding.rendition(image, THUMBNAIL_SIDE))


def _heatmap(
    model: Model,
    output: ModelOutput,
    image: DecodedImage,
    options: ClassifyOptions,
    judged: Verdict,
    top_classes: tuple[ScoredClass, ...],
) -> Heatmap:
    return heatmap.explain(
        output,
        model.artifact.head,
        crops.boxes(image.width, image.height, options.views),
        (image.width, image.height),
        verdict=_class_indices(judged),
        classes=options.classes or [scored.index for scored in top_classes],
    )


def _class_indices(judged: Verdict) -> Collection[int]:
    """Return the class indices that a verdict names: all classes of a group, or one class."""
    node = taxonomy.nodes().get(judged.wnid)
    return node.leaves if node else {index_of(judged.wnid)}


def _timings(received_at: float, started_at: float, decoded_at: float, inferred_at: float) -> Timings:
    seconds = (started_at - received_at, decoded_at - started_at, inferred_at - decoded_at, inferred_at - received_at)
    return Timings(*(round(part * 1000, 2) for part in seconds))
