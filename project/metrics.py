"""``/metrics`` for Prometheus, and log lines for CloudWatch with the jobs in flight, on which services scale."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from ipaddress import ip_address

from asgiref.sync import markcoroutinefunction
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotFound
from django.utils.crypto import constant_time_compare
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from classifier import metrics

if settings.ROLE.classifies:  # the frontend has no model
    from classifier.inference.worker_pool import get_pool
    from classifier.websocket.connection import open_connections

Respond = Callable[[HttpRequest], Awaitable[HttpResponseBase]]

#: Seconds between samples. A CloudWatch log line holds up to 100 values of a metric, from which CloudWatch computes
#: mean and maximum.
SAMPLE_INTERVAL_S = 1.0


def metrics_middleware(get_response: Respond) -> Respond:
    """Answer ``/metrics`` before host checks and redirects, and 404 to unauthorized clients."""

    async def respond(request: HttpRequest) -> HttpResponseBase:
        if request.path != "/metrics":
            return await get_response(request)
        if not _is_authorized(request):
            return HttpResponseNotFound()
        return HttpResponse(generate_latest(), content_type=CONTENT_TYPE_LATEST)

    markcoroutinefunction(respond)
    return respond


metrics_middleware.async_capable = True  # type: ignore[attr-defined]
metrics_middleware.sync_capable = False  # type: ignore[attr-defined]


def _is_authorized(request: HttpRequest) -> bool:
    """Accept the token if ``METRICS_TOKEN`` is set, otherwise only direct requests from this machine."""
    if settings.METRICS_TOKEN:
        authorization = request.headers.get("Authorization", "")
        return constant_time_compare(authorization, f"Bearer {settings.METRICS_TOKEN}")
    address = request.META.get("REMOTE_ADDR") or "0.0.0.0"  # noqa: S104 - compared
    return "X-Forwarded-For" not in request.headers and ip_address(address).is_loopback


def register_gauges() -> None:
    """Register the gauges of the classifier that are evaluated at scrape time."""
    artifact = get_pool().model.artifact
    metrics.MODEL.info({"name": artifact.name, "version": artifact.version})
    metrics.WORKERS.set(settings.WORKERS)
    metrics.IN_FLIGHT.set_function(lambda: get_pool().in_flight)
    metrics.SOCKETS.set_function(lambda: len(open_connections))


async def write_emf() -> None:
    """Write a line in the Embedded Metric Format every ``EMF_EVERY_S`` seconds until the task is cancelled."""
    while True:
        in_flight = []
        for _ in range(int(settings.EMF_EVERY_S / SAMPLE_INTERVAL_S)):
            await asyncio.sleep(SAMPLE_INTERVAL_S)
            in_flight.append(get_pool().in_flight)
        print(format_emf(in_flight, time.time()), flush=True)  # noqa: T201 - the log driver reads stdout


def format_emf(in_flight: list[int], at: float) -> str:
    """Return an EMF line with this process's jobs in flight, one value per second. ``at``: Unix time in seconds."""
    definitions = [{"Name": "JobsInFlight", "Unit": "Count"}, {"Name": "Workers", "Unit": "Count"}]
    metric = {"Namespace": settings.EMF_NAMESPACE, "Dimensions": [["Role"]], "Metrics": definitions}
    metadata = {"Timestamp": int(at * 1000), "CloudWatchMetrics": [metric]}
    return json.dumps({"_aws": metadata, "Role": settings.ROLE, "JobsInFlight": in_flight, "Workers": settings.WORKERS})
