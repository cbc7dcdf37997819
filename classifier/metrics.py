"""What is counted, and what is said of each job in the log. None of it says who asked, or what for."""

import asyncio
import logging
from collections.abc import Awaitable
from uuid import UUID

from prometheus_client import Counter, Gauge, Histogram, Info

from classifier.errors import ClassifierError
from classifier.prediction.result import PredictionResult

jobs_log = logging.getLogger("classifier.jobs")

#: From a frame of a live camera to the deadline of a job, in seconds.
BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)

JOBS = Counter("classifier_jobs", "Jobs by how they ended: answered, cancelled, or a code", ["outcome"])
ERRORS = Counter("classifier_errors", "Errors said to clients, by code", ["code"])
QUEUE = Histogram("classifier_queue_seconds", "Waiting for a thread", buckets=BUCKETS)
DECODE = Histogram("classifier_decode_seconds", "Reading a picture", buckets=BUCKETS)
INFERENCE = Histogram("classifier_inference_seconds", "The model's part of an answer", buckets=BUCKETS)
IN_FLIGHT = Gauge("classifier_jobs_in_flight", "Jobs that wait or run: what capacity is counted in")
WORKERS = Gauge("classifier_workers", "Inference threads")
SOCKETS = Gauge("classifier_sockets", "Open sockets to the classifier")
LOST = Counter("classifier_records_lost", "Records and photos that no disk and no store took")
RECORDS_WAITING = Gauge("classifier_records_waiting", "Records on disk, on their way to the database")
PHOTOS_WAITING = Gauge("classifier_photos_waiting", "Photos on disk, on their way to the storage")
SPOOL_BYTES = Gauge("classifier_spool_bytes", "Disk that both take")
MODEL = Info("classifier_model", "The model that is served")


async def counted(classification: Awaitable[PredictionResult]) -> PredictionResult:
    """Await a classification; count its outcome and, if it is answered, the duration of its parts."""
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


def log_answer(job: UUID, answer: PredictionResult, size: int) -> None:
    """One line about a job, if anybody listens: its id, which the client made up, and its timings."""
    if not jobs_log.isEnabledFor(logging.INFO):
        return
    fields = {"job": str(job), "views": answer.views.value, "bytes": size, **answer.timings.as_json()}
    jobs_log.info("job answered in %.0f ms", answer.timings.total_ms, extra=fields)


def log_refusal(job: UUID, code: str) -> None:
    """One line about a job that was refused."""
    jobs_log.info("job refused: %s", code, extra={"job": str(job), "code": code})
