"""My history: what this browser's owner asked, and what they may do with it. Nobody else's is ever looked at."""

from collections.abc import Callable
from uuid import UUID

from django.conf import settings
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
    JsonResponse,
    StreamingHttpResponse,
)
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from classifier.history import csv_export, photos, records
from classifier.models import Classification
from classifier.vocabulary import search
from web import exports, filters, share_tokens
from web.owner import owner_of

#: Names that are offered for what somebody typed.
SUGGESTIONS = 8
#: When to ask again for a record that is still being written, in seconds.
RETRY_AFTER_S = 1

private = cache_control(private=True, no_store=True)


@require_safe
@private
def listing(request: HttpRequest) -> HttpResponse:
    """The newest first, filtered by what the address asks for."""
    owner = owner_of(request)
    form = filters.Filter(request.GET)
    page = filters.page(form.of(records.of_owner(owner)), request.GET.get("before", ""))
    query = request.GET.copy()
    query["before"] = page.next
    shown = {"form": form, "page": page, "older": query.urlencode(), "filtered": any(form.data.values())}
    return render(request, "web/history.html", shown)


@require_safe
@private
def details(request: HttpRequest, record: UUID) -> HttpResponse:
    """One answer, with all that was recorded of it."""
    return _details(request, get_object_or_404(records.of_owner(owner_of(request)), id=record))


@require_safe
@cache_control(private=True, max_age=3600)
def photo(request: HttpRequest, record: UUID) -> HttpResponseBase:
    """The kept photo, 512 pixels."""
    return send(get_object_or_404(records.of_owner(owner_of(request)), id=record).photo.name)


@require_safe
@cache_control(private=True, max_age=3600)
def thumbnail(request: HttpRequest, record: UUID) -> HttpResponseBase:
    """The kept photo, 96 pixels."""
    return send(get_object_or_404(records.of_owner(owner_of(request)), id=record).thumbnail.name)


@require_safe
@private
def export(request: HttpRequest, form: str) -> HttpResponseBase:
    """Everything of this owner, as CSV or JSON."""
    rows = records.of_owner(owner_of(request))
    content, kind = {"csv": (exports.as_csv, "text/csv"), "json": (exports.as_json, "application/json")}[form]
    name = f"animals-{timezone.now():%Y-%m-%d}.{form}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingHttpResponse(
        csv_export.stream_lines(content(rows)), content_type=f"{kind}; charset=utf-8", headers=headers
    )


@require_POST
@private
def delete(request: HttpRequest, record: UUID) -> HttpResponse:
    """One answer and its photo, for good."""
    records.erase(owner_of(request), record)
    return redirect("web:history")


@require_http_methods(["GET", "HEAD", "POST"])
@private
def delete_all(request: HttpRequest) -> HttpResponse:
    """Everything of this owner, for good, after a page that asks whether they are sure."""
    owner = owner_of(request)
    if request.method != "POST":
        return render(request, "web/delete_all.html", {"count": records.of_owner(owner).count()})
    records.erase_all(owner)
    return redirect("web:history")


@require_POST
@private
def judge(request: HttpRequest, record: UUID) -> HttpResponse:
    """Whether the answer was right, and what it is instead. Said once; a second time changes nothing."""
    suggested = request.POST.get("suggested", "").strip()
    wnid = search.find_exact(suggested) if suggested else ""
    if wnid is None:
        return _refused(request, record, _("We know no animal or thing called “{name}”.").format(name=suggested))
    if request.POST.get("opinion") not in Classification.Opinion.values:
        return _refused(request, record, _("Say whether the answer is right or wrong."))
    opinion = Classification.Opinion(request.POST["opinion"])
    return _once_written(request, record, lambda owner: _judged(owner, record, opinion, wnid))


@require_POST
@private
def share(request: HttpRequest, record: UUID) -> HttpResponse:
    """A link to this answer that others can open for a week."""
    return _once_written(request, record, lambda owner: _shared(request, owner, record))


@require_POST
@private
def unshare(request: HttpRequest, record: UUID) -> HttpResponse:
    """The link opens nothing any more."""
    records.unshare(owner_of(request), record)
    return redirect("web:record", record)


@require_safe
@cache_control(public=True, max_age=86400)
def names(request: HttpRequest) -> JsonResponse:
    """Names of classes and groups for what somebody typed."""
    found = search.suggest(request.GET.get("q", "")[:64], SUGGESTIONS)
    return JsonResponse({"names": [name.display for name in found]})


def send(name: str | None) -> HttpResponseBase:
    """A stored photo: out of the folder, or the way to it in the bucket."""
    if not name:
        raise Http404("This photo was not kept.")
    if address := photos.signed_url(name):
        response = HttpResponseRedirect(address)
        response["Cache-Control"] = f"private, max-age={settings.S3_LINK_S // 2}"
        return response
    try:
        return FileResponse(photos.open_photo(name), content_type="image/jpeg")
    except FileNotFoundError:
        raise Http404("This photo is gone.") from None


def _details(request: HttpRequest, row: Classification, fault: str = "", status: int = 200) -> HttpResponse:
    shown = {"row": row, "fault": fault, "days": share_tokens.LIFETIME.days}
    if records.is_shared(row, row.share_key):
        shown["link"] = share_tokens.link(request, row.id, row.share_key)
    return render(request, "web/record.html", shown, status=status)


def _judged(owner: UUID, record: UUID, opinion: Classification.Opinion, wnid: str) -> dict[str, object] | None:
    first = records.save_feedback(owner, record, opinion, wnid)
    return {"first": first} if first or records.of_owner(owner).filter(id=record).exists() else None


def _shared(request: HttpRequest, owner: UUID, record: UUID) -> dict[str, object] | None:
    key = records.share(owner, record, share_tokens.LIFETIME)
    return {"link": share_tokens.link(request, record, key), "days": share_tokens.LIFETIME.days} if key else None


def _once_written(request: HttpRequest, record: UUID, act: Callable[[UUID], dict[str, object] | None]) -> HttpResponse:
    """What ``act`` did with the record; where it is not there yet, that it is waited for, never that it is missing."""
    done = act(owner_of(request))
    if done is None:
        gone = records.is_erased(record)
        return JsonResponse({}, status=410 if gone else 202, headers={"Retry-After": str(RETRY_AFTER_S)})
    return JsonResponse(done) if _wants_json(request) else redirect("web:record", record)


def _refused(request: HttpRequest, record: UUID, fault: str) -> HttpResponse:
    if _wants_json(request):
        return JsonResponse({"message": fault}, status=400)
    return _details(request, get_object_or_404(records.of_owner(owner_of(request)), id=record), fault, 400)


def _wants_json(request: HttpRequest) -> bool:
    return request.get_preferred_type(["text/html", "application/json"]) == "application/json"
