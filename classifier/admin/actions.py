"""Admin actions on the selected records. Each needs a permission: ``review``, ``export`` or Django's ``delete``.

An action that changes records takes a limited number per click. At the limit, its message asks to repeat the action.
"""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.models import CHANGE, DELETION, LogEntry
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone

from classifier.history import csv_export, records, reviews
from classifier.history.records import LARGE_FIELDS, Records
from classifier.models import Classification
from classifier.vocabulary import search

if TYPE_CHECKING:
    Admin = admin.ModelAdmin[Classification]  # generic for the type checker only

#: Records that one click reviews or deletes. The confirmation form has one field for each, and Django accepts 1000.
MAX_RECORDS = 500
MAX_SUGGESTIONS = 15
REPEAT_HINT = " There may be more records: repeat the action."

COLUMNS = (
    *("id", "created_at", "source", "name", "verdict", "display", "wnid", "group", "score", "squirrel", "animal"),
    *("model_name", "model_version", "views", "queue_ms", "decode_ms", "infer_ms", "total_ms"),
    *("format", "width", "height", "size", "feedback", "suggested", "feedback_at", "review", "truth"),
    "reclassified_at",
)


@admin.action(description="Mark as right", permissions=["review"])
def mark_right(model_admin: "Admin", request: HttpRequest, queryset: Records) -> None:
    """Mark the answers of at most ``MAX_RECORDS`` records as right."""
    record_ids = _first_ids(queryset.exclude(review=Classification.Opinion.RIGHT))
    _log_change(request, record_ids, CHANGE, "Marked as right.")
    _show_count(model_admin, request, reviews.mark_right(record_ids), "marked as right")


@admin.action(description="Set the true name …", permissions=["review"])
def set_truth(model_admin: "Admin", request: HttpRequest, queryset: Records) -> HttpResponse | None:
    """Offer the names that match a search. Once a name is chosen, store it as the truth."""
    record_ids, truth = _first_ids(queryset), request.POST.get("truth", "")
    if "set" not in request.POST or truth not in search.names():
        text = request.POST.get("text", "")
        context = {"text": text, "names": search.suggest(text, MAX_SUGGESTIONS)}
        return _confirm(model_admin, request, record_ids, "set_truth", context)
    name = search.display(truth)
    _log_change(request, record_ids, CHANGE, f"True name set to {name}.")
    _show_count(model_admin, request, reviews.set_truth(record_ids, truth), f"marked as {name}")
    return None


@admin.action(description="Request reclassification", permissions=["review"])
def request_reclassification(model_admin: "Admin", request: HttpRequest, queryset: Records) -> None:
    """Mark records with a kept photo for reclassification. An idle backend reclassifies them."""
    count = reviews.request_reclassification(queryset)
    if not count:
        message = "Nothing to reclassify: the selected records have no kept photo or are already waiting."
        model_admin.message_user(request, message, messages.WARNING)
        return
    hint = REPEAT_HINT if count == reviews.MAX_REQUESTS else ""
    message = f"Reclassification requested: {count:,}. Records without a kept photo are left out.{hint}"
    model_admin.message_user(request, message, messages.SUCCESS)


@admin.action(description="Delete permanently, with photos …", permissions=["delete"])
def delete_for_good(model_admin: "Admin", request: HttpRequest, queryset: Records) -> HttpResponse | None:
    """Ask for confirmation, then erase records and files. Erased records that arrive late are not stored."""
    record_ids = _first_ids(queryset)
    if "sure" not in request.POST:
        return _confirm(model_admin, request, record_ids, "delete_for_good", {})
    _log_change(request, record_ids, DELETION, "")
    _show_count(model_admin, request, records.erase_any(record_ids), "deleted")
    return None


@admin.action(description="Download as CSV", permissions=["export"])
def export_csv(model_admin: "Admin", request: HttpRequest, queryset: Records) -> StreamingHttpResponse:
    """Stream the selected records, or all that match the filter, as CSV. Memory use does not depend on their number."""
    lines = csv_export.csv_lines(COLUMNS, _rows(records.in_chunks(queryset.defer(*LARGE_FIELDS))))
    name = f"history-{timezone.now():%Y-%m-%d}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    content = csv_export.stream_lines(lines)
    return StreamingHttpResponse(content, content_type="text/csv; charset=utf-8", headers=headers)


ACTIONS = (mark_right, set_truth, request_reclassification, export_csv, delete_for_good)


def _first_ids(queryset: Records) -> list[UUID]:
    return list(queryset.order_by("-created_at").values_list("pk", flat=True)[:MAX_RECORDS])


def _rows(chunks: Iterable[list[Classification]]) -> Iterator[Iterable[object]]:
    return ([getattr(record, column) for column in COLUMNS] for chunk in chunks for record in chunk)


def _log_change(request: HttpRequest, record_ids: list[UUID], action_flag: int, message: str) -> None:
    queryset = Classification.objects.filter(id__in=record_ids).only("display", "score")
    if request.user.pk and record_ids:
        LogEntry.objects.log_actions(request.user.pk, queryset, action_flag, message)


def _show_count(model_admin: "Admin", request: HttpRequest, count: int, outcome: str) -> None:
    hint = REPEAT_HINT if count == MAX_RECORDS else ""
    model_admin.message_user(request, f"{count:,} {outcome}.{hint}", messages.SUCCESS)


def _confirm(
    model_admin: "Admin", request: HttpRequest, record_ids: list[UUID], action: str, context: dict[str, Any]
) -> HttpResponse:
    """Return the page that asks for details or confirmation before ``action``."""
    context = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "title": dict(model_admin.get_action_choices(request))[action].removesuffix(" …"),
        "action": action,
        "record_ids": record_ids,
        "checkbox": ACTION_CHECKBOX_NAME,
        "is_limit_reached": len(record_ids) == MAX_RECORDS,
        "list_url": request.get_full_path(),
        **context,
    }
    return TemplateResponse(request, f"admin/classifier/classification/{action}.html", context)
