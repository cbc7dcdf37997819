"""Prometheus metrics and the log line of each job. Neither contains the owner or the content of a photo."""

import asyncio
import logging
from collections.abc import Awaitable
from uuid import UUID

import msgspec
from prometheus_client import Counter, Gauge, Histogram, Info

from classifier.errors import ClassifierError
from classifier.prediction.result import PredictionResult

jobs_log = logging.getLogger("classifier.jobs")

#: Seconds: from one frame of a live camera to the timeout of a job.
BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)

JOBS = Counter("classifier_jobs", "Finished jobs by outcome: answered, cancelled, or an error code", ["outcome"])
ERRORS = Counter("classifier_errors", "Errors sent to clients by code", ["code"])
QUEUE = Histogram("classifier_queue_seconds", "Time a job waits for a worker thread", buckets=BUCKETS)
DECODE = Histogram("classifier_decode_seconds", "Time to decode a picture", buckets=BUCKETS)
INFERENCE = Histogram("classifier_inference_seconds", "Time in the model", buckets=BUCKETS)
IN_FLIGHT = Gauge("classifier_jobs_in_flight", "Jobs that wait or run; the measure for scaling")
WORKERS = Gauge("classifier_workers", "Worker threads for inference")
SOCKETS = Gauge("classifier_sockets", "Open WebSocket connections to the classifier")
LOST = Counter("classifier_records_lost", "Records and photos lost because neither the disk nor a store took them")
RECORDS_WAITING = Gauge("classifier_records_waiting", "Records in the spool, waiting for the database")
PHOTOS_WAITING = Gauge("classifier_photos_waiting", "Photos in the spool, waiting for the storage")
SPOOL_BYTES = Gauge("classifier_spool_bytes", "Disk space used by the spool")
MODEL = Info("classifier_model", "The model that is served")


async def counted(classification: Awaitable[PredictionResult]) -> PredictionResult:
    """Await a classification; count its outcome and, if it is answered, observe its queue, decode and model times."""
    try:
        result = await classification
    except ClassifierError as error:
        JOBS.labels(error.code).inc()
        raise
    except asyncio.CancelledError:
        JOBS.labels("cancelled").inc()
        raise
    except Exception:
        JOBS.labels("server.internal").inc()
        raise
    JOBS.labels("answered").inc()
    QUEUE.observe(result.timings.queue_ms / 1000)
    DECODE.observe(result.timings.decode_ms / 1000)
    INFERENCE.observe(result.timings.infer_ms / 1000)
    return result


def log_answer(job: UUID, result: PredictionResult, size: int) -> None:
    """Log one answered job of ``size`` bytes: its id, which the client chose, and its timings."""
    if not jobs_log.isEnabledFor(logging.INFO):
        return
    fields = {"job": str(job), "views": result.views.value, "bytes": size, **msgspec.structs.asdict(result.timings)}
    jobs_log.info("job answered in %.0f ms", result.timings.total_ms, extra=fields)


def log_rejection(job: UUID, code: str) -> None:
    """Log one rejected job with its error code."""
    jobs_log.info("job rejected: %s", code, extra={"job": str(job), "code": code})
