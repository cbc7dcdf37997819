"""Health, answered before any other middleware: a load balancer's Host header is an address."""

from collections.abc import Awaitable, Callable
from threading import Event
from typing import TYPE_CHECKING

from asgiref.sync import markcoroutinefunction
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse

if TYPE_CHECKING:
    from classifier.inference.worker_pool import WorkerPool

Respond = Callable[[HttpRequest], Awaitable[HttpResponseBase]]

_leaving = Event()


def health_middleware(get_response: Respond) -> Respond:
    """``/livez``: the process answers and none of its workers hangs, or 503 says that it should be replaced.

    ``/readyz``: it can do its role's work, or 503 says why not.

    ``/health`` says what the monitoring of the version before this one asks for.
    """

    async def respond(request: HttpRequest) -> HttpResponseBase:
        if request.path == "/livez":
            return _liveness()
        if request.path == "/readyz":
            return _readiness()
        if request.path == "/health":
            return _legacy_health()
        return await get_response(request)

    markcoroutinefunction(respond)
    return respond


health_middleware.async_capable = True  # type: ignore[attr-defined]
health_middleware.sync_capable = False  # type: ignore[attr-defined]


def leave() -> None:
    """From now on this process wants no more work."""
    _leaving.set()


def _liveness() -> HttpResponse:
    stuck = settings.ROLE.classifies and _pool().is_stuck()
    return HttpResponse("a worker is stuck\n" if stuck else "alive\n", "text/plain", 503 if stuck else 200)


def _readiness() -> JsonResponse:
    problem = _problem()
    return JsonResponse(
        {"role": settings.ROLE, "ready": not problem, "problem": problem}, status=503 if problem else 200
    )


def _legacy_health() -> JsonResponse:
    loaded = settings.ROLE.classifies and _problem() is None
    fields = {"status": "healthy", "model_loaded": loaded, "allowed_origins": settings.FRONTEND_ORIGINS}
    return JsonResponse(fields)


def _problem() -> str | None:
    if _leaving.is_set():
        return "this process is about to end"
    return _pool().unready_reason() if settings.ROLE.classifies else None


def _pool() -> "WorkerPool":
    from classifier.inference.worker_pool import get_pool  # noqa: PLC0415 - the frontend has no model

    return get_pool()
