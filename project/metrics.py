"""``/metrics`` for Prometheus, and a line in the log for CloudWatch: jobs in flight, to scale on."""

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

Respond = Callable[[HttpRequest], Awaitable[HttpResponseBase]]

#: CloudWatch takes up to 100 values of a metric in one line: its mean and maximum are true for the time between.
SAMPLE_EVERY_S = 1.0


def metrics_middleware(get_response: Respond) -> Respond:
    """``/metrics``, ahead of host names and redirects. To who may not see it, it is not there."""

    async def respond(request: HttpRequest) -> HttpResponseBase:
        if request.path != "/metrics":
            return await get_response(request)
        if not _may_see(request):
            return HttpResponseNotFound()
        return HttpResponse(generate_latest(), content_type=CONTENT_TYPE_LATEST)

    markcoroutinefunction(respond)
    return respond


metrics_middleware.async_capable = True  # type: ignore[attr-defined]
metrics_middleware.sync_capable = False  # type: ignore[attr-defined]


def _may_see(request: HttpRequest) -> bool:
    """Who has the token; without one, this machine itself, by no proxy."""
    if settings.METRICS_TOKEN:
        given = request.headers.get("Authorization", "")
        return constant_time_compare(given, f"Bearer {settings.METRICS_TOKEN}")
    address = request.META.get("REMOTE_ADDR") or "0.0.0.0"  # noqa: S104 - compared
    return "X-Forwarded-For" not in request.headers and ip_address(address).is_loopback


def watch_classifier() -> None:
    """What is read when it is asked for, not counted when it happens."""
    from classifier.inference.worker_pool import get_pool  # noqa: PLC0415
    from classifier.websocket import connection  # noqa: PLC0415 - the frontend has no model

    model = get_pool().model.artifact
    metrics.MODEL.info({"name": model.name, "version": model.version})
    metrics.WORKERS.set(settings.WORKERS)
    metrics.IN_FLIGHT.set_function(lambda: get_pool().in_flight)
    metrics.SOCKETS.set_function(lambda: len(connection.open_connections))


async def write_emf() -> None:
    """Writes an Embedded Metric Format line every ``EMF_EVERY_S``, until it is cancelled."""
    from classifier.inference.worker_pool import get_pool  # noqa: PLC0415 - the frontend has no model

    while True:
        samples = []
        for _ in range(int(settings.EMF_EVERY_S / SAMPLE_EVERY_S)):
            await asyncio.sleep(SAMPLE_EVERY_S)
            samples.append(get_pool().in_flight)
        print(emf_line(samples, time.time()), flush=True)  # noqa: T201 - the log driver reads it there


def emf_line(in_flight: list[int], at: float) -> str:
    """One EMF line of this process' jobs in flight, a second apart, and of its threads. ``at``: Unix seconds."""
    named = [{"Name": "JobsInFlight", "Unit": "Count"}, {"Name": "Workers", "Unit": "Count"}]
    metric = {"Namespace": settings.EMF_NAMESPACE, "Dimensions": [["Role"]], "Metrics": named}
    about = {"Timestamp": int(at * 1000), "CloudWatchMetrics": [metric]}
    return json.dumps({"_aws": about, "Role": settings.ROLE, "JobsInFlight": in_flight, "Workers": settings.WORKERS})
