"""Views of the history. Every view reads and changes records of the browser's owner only."""

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
from web.owner import get_owner

MAX_SUGGESTIONS = 8
#: ``Retry-After`` for a record that the server is still storing.
RETRY_AFTER_S = 1

private = cache_control(private=True, no_store=True)


@require_safe
@private
def list_records(request: HttpRequest) -> HttpResponse:
    """Show one page of the history, the newest record first, filtered by the query string."""
    form = filters.HistoryFilter(request.GET)
    page = filters.get_page(form.apply(records.of_owner(get_owner(request))), request.GET.get("before", ""))
    query = request.GET.copy()
    query["before"] = page.next_cursor
    context = {"form": form, "page": page, "older": query.urlencode(), "is_filtered": any(form.data.values())}
    return render(request, "web/history.html", context)


@require_safe
@private
def show_record(request: HttpRequest, record_id: UUID) -> HttpResponse:
    return _render_record(request, _get_record(request, record_id))


@require_safe
@cache_control(private=True, max_age=3600)
def send_photo(request: HttpRequest, record_id: UUID) -> HttpResponseBase:
    """Send the kept photo, at most 512 pixels wide and high."""
    return send_file(_get_record(request, record_id).photo.name)


@require_safe
@cache_control(private=True, max_age=3600)
def send_thumbnail(request: HttpRequest, record_id: UUID) -> HttpResponseBase:
    """Send the thumbnail of the kept photo, at most 96 pixels wide and high."""
    return send_file(_get_record(request, record_id).thumbnail.name)


@require_safe
@private
def export_records(request: HttpRequest, file_format: str) -> HttpResponseBase:
    """Send all records of the owner as a file. ``file_format`` is ``csv`` or ``json``."""
    writers = {"csv": (exports.as_csv, "text/csv"), "json": (exports.as_json, "application/json")}
    write, media_type = writers[file_format]
    content = csv_export.stream_lines(write(records.of_owner(get_owner(request))))
    headers = {"Content-Disposition": f'attachment; filename="animals-{timezone.now():%Y-%m-%d}.{file_format}"'}
    return StreamingHttpResponse(content, content_type=f"{media_type}; charset=utf-8", headers=headers)


@require_POST
@private
def delete_record(request: HttpRequest, record_id: UUID) -> HttpResponse:
    """Delete one record and its photo."""
    records.erase(get_owner(request), record_id)
    return redirect("web:history")


@require_http_methods(["GET", "HEAD", "POST"])
@private
def delete_all(request: HttpRequest) -> HttpResponse:
    """Delete all records of the owner. GET shows a page that asks for confirmation."""
    owner = get_owner(request)
    if request.method != "POST":
        return render(request, "web/delete_all.html", {"count": records.of_owner(owner).count()})
    records.erase_all(owner)
    return redirect("web:history")


@require_POST
@private
def judge_record(request: HttpRequest, record_id: UUID) -> HttpResponse:
    """Store the owner's feedback: whether the answer is right, and the right name. Later feedback changes nothing."""
    suggested = request.POST.get("suggested", "").strip()
    wnid = search.find_exact(suggested) if suggested else ""
    if wnid is None:
        message = _("“{name}” is not a known name. Choose a suggestion or leave the field empty.").format(
            name=suggested
        )
        return _reject_feedback(request, record_id, message)
    if request.POST.get("opinion") not in Classification.Opinion.values:
        return _reject_feedback(request, record_id, _("Choose whether the answer is right or wrong."))
    opinion = Classification.Opinion(request.POST["opinion"])
    return _respond_when_stored(request, record_id, lambda owner: _store_feedback(owner, record_id, opinion, wnid))


@require_POST
@private
def share_record(request: HttpRequest, record_id: UUID) -> HttpResponse:
    """Create a link with which others can open the record for a week."""
    return _respond_when_stored(request, record_id, lambda owner: _create_link(request, owner, record_id))


@require_POST
@private
def unshare_record(request: HttpRequest, record_id: UUID) -> HttpResponse:
    """Revoke the link to the record."""
    records.unshare(get_owner(request), record_id)
    return redirect("web:record", record_id)


@require_safe
@cache_control(public=True, max_age=86400)
def suggest_names(request: HttpRequest) -> JsonResponse:
    """Send names of classes and groups that contain the text ``q``."""
    names = search.suggest(request.GET.get("q", "")[:64], MAX_SUGGESTIONS)
    return JsonResponse({"names": [name.display for name in names]})


def send_file(name: str | None) -> HttpResponseBase:
    """Send a stored photo from the folder, or redirect to its signed URL in the bucket."""
    if not name:
        raise Http404("This photo was not kept.")
    if url := photos.signed_url(name):
        response = HttpResponseRedirect(url)
        response["Cache-Control"] = f"private, max-age={settings.S3_LINK_S // 2}"
        return response
    try:
        return FileResponse(photos.open_photo(name), content_type="image/jpeg")
    except FileNotFoundError:
        raise Http404("The file of this photo was deleted.") from None


def _get_record(request: HttpRequest, record_id: UUID) -> Classification:
    return get_object_or_404(records.of_owner(get_owner(request)), id=record_id)


def _render_record(request: HttpRequest, record: Classification, error: str = "", status: int = 200) -> HttpResponse:
    context = {"record": record, "error": error, "days": share_tokens.LIFETIME.days}
    if records.is_shared(record, record.share_key):
        context["link"] = share_tokens.build_link(request, record.id, record.share_key)
    return render(request, "web/record.html", context, status=status)


def _store_feedback(
    owner: UUID, record_id: UUID, opinion: Classification.Opinion, wnid: str
) -> dict[str, object] | None:
    is_first = records.save_feedback(owner, record_id, opinion, wnid)
    return {"first": is_first} if is_first or records.of_owner(owner).filter(id=record_id).exists() else None


def _create_link(request: HttpRequest, owner: UUID, record_id: UUID) -> dict[str, object] | None:
    key = records.share(owner, record_id, share_tokens.LIFETIME)
    if key is None:
        return None
    return {"link": share_tokens.build_link(request, record_id, key), "days": share_tokens.LIFETIME.days}


def _respond_when_stored(
    request: HttpRequest, record_id: UUID, change_record: Callable[[UUID], dict[str, object] | None]
) -> HttpResponse:
    """Respond with the fields that ``change_record`` returns for the owner.

    ``None`` means that the database has no such record: the response is 410 if it was deleted. Otherwise it is 202
    with ``Retry-After``, because records are stored a moment after their answer is sent.
    """
    fields = change_record(get_owner(request))
    if fields is None:
        status = 410 if records.is_erased(record_id) else 202
        return JsonResponse({}, status=status, headers={"Retry-After": str(RETRY_AFTER_S)})
    return JsonResponse(fields) if _accepts_json(request) else redirect("web:record", record_id)


def _reject_feedback(request: HttpRequest, record_id: UUID, message: str) -> HttpResponse:
    if _accepts_json(request):
        return JsonResponse({"message": message}, status=400)
    return _render_record(request, _get_record(request, record_id), message, 400)


def _accepts_json(request: HttpRequest) -> bool:
    return request.get_preferred_type(["text/html", "application/json"]) == "application/json"
