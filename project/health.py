"""Health endpoints. They come before all other middleware, because a load balancer sends an IP address as Host."""

from collections.abc import Awaitable, Callable
from threading import Event

from asgiref.sync import markcoroutinefunction
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse

if settings.ROLE.classifies:  # the frontend has no model
    from classifier.inference.worker_pool import get_pool

Respond = Callable[[HttpRequest], Awaitable[HttpResponseBase]]

_draining = Event()


def health_middleware(get_response: Respond) -> Respond:
    """Answer the health endpoints.

    ``/livez``: 200, or 503 if an inference worker hangs and the process must be replaced.
    ``/readyz``: 200, or 503 with the reason why the process cannot do its role's work.
    ``/health``: the fields that the monitoring of the FastAPI version reads.
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


def start_draining() -> None:
    """Make ``/readyz`` answer 503 until the process ends."""
    _draining.set()


def _liveness() -> HttpResponse:
    is_stuck = settings.ROLE.classifies and get_pool().is_stuck()
    return HttpResponse("a worker is stuck\n" if is_stuck else "alive\n", "text/plain", 503 if is_stuck else 200)


def _readiness() -> JsonResponse:
    problem = _find_problem()
    return JsonResponse(
        {"role": settings.ROLE, "ready": not problem, "problem": problem}, status=503 if problem else 200
    )


def _legacy_health() -> JsonResponse:
    is_loaded = settings.ROLE.classifies and _find_problem() is None
    fields = {"status": "healthy", "model_loaded": is_loaded, "allowed_origins": settings.FRONTEND_ORIGINS}
    return JsonResponse(fields)


def _find_problem() -> str | None:
    if _draining.is_set():
        return "this process is shutting down"
    return get_pool().unready_reason() if settings.ROLE.classifies else None
