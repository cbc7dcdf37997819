"""What staff may do with many records at once: with ``AT_ONCE`` of them a click, and it says if there are more.

A right of its own lets somebody do it: ``review``, ``export`` or Django's ``delete``.
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
from classifier.history.records import BIG, Rows
from classifier.models import Classification
from classifier.vocabulary import search

if TYPE_CHECKING:
    Admin = admin.ModelAdmin[Classification]  # generic for the type checker only

#: Records of one click: their keys stand in the page that asks, and Django takes a form of 1000 fields.
AT_ONCE = 500
OFFERED = 15

COLUMNS = (
    *("id", "created_at", "source", "name", "verdict", "display", "wnid", "group", "score", "squirrel", "animal"),
    *("model_name", "model_version", "views", "queue_ms", "decode_ms", "infer_ms", "total_ms"),
    *(
        "format",
        "width",
        "height",
        "size",
        "feedback",
        "suggested",
        "feedback_at",
        "review",
        "truth",
        "reclassified_at",
    ),
)


@admin.action(description="Mark as right", permissions=["review"])
def mark_right(model_admin: "Admin", request: HttpRequest, rows: Rows) -> None:
    """The answers hold."""
    chosen = _some(rows.exclude(review=Classification.Opinion.RIGHT))
    _log(request, chosen, CHANGE, "Marked as right.")
    _say(model_admin, request, reviews.mark_right(chosen), "marked as right")


@admin.action(description="Set what it really is …", permissions=["review"])
def set_truth(model_admin: "Admin", request: HttpRequest, rows: Rows) -> HttpResponse | None:
    """Offers what has the words of a search in its name; whether the answers were right follows from the choice."""
    chosen, truth = _some(rows), request.POST.get("truth", "")
    if "set" not in request.POST or truth not in search.names():
        text = request.POST.get("text", "")
        return _ask(model_admin, request, chosen, "set_truth", {"text": text, "names": search.suggest(text, OFFERED)})
    _log(request, chosen, CHANGE, f"It is: {search.display(truth)}.")
    _say(model_admin, request, reviews.set_truth(chosen, truth), f"marked as {search.display(truth)}")
    return None


@admin.action(description="Classify again", permissions=["review"])
def classify_again(model_admin: "Admin", request: HttpRequest, rows: Rows) -> None:
    """Marks those with a kept photo; a backend takes them when it is idle."""
    marked = reviews.ask_again(rows)
    if not marked:
        said = "None of these has a kept photo that does not wait already: an answer without its photo stays as it is."
        model_admin.message_user(request, said, messages.WARNING)
        return
    more = " There may be more: do it again." if marked == reviews.MARKED_TOGETHER else ""
    said = f"{marked:,} wait to be classified again. Those without a kept photo cannot be.{more}"
    model_admin.message_user(request, said, messages.SUCCESS)


@admin.action(description="Delete for good, with photos …", permissions=["delete"])
def delete_for_good(model_admin: "Admin", request: HttpRequest, rows: Rows) -> HttpResponse | None:
    """Asks, then deletes rows and files; what is deleted does not come back with a late record either."""
    chosen = _some(rows)
    if "sure" not in request.POST:
        return _ask(model_admin, request, chosen, "delete_for_good", {})
    _log(request, chosen, DELETION, "")
    _say(model_admin, request, records.erase_any(chosen), "deleted")
    return None


@admin.action(description="Download as CSV", permissions=["export"])
def export_csv(model_admin: "Admin", request: HttpRequest, rows: Rows) -> StreamingHttpResponse:
    """The selection, or all that the filter finds, however many: a few hundred are in memory at a time."""
    lines = csv_export.lines(COLUMNS, _cells(records.in_chunks(rows.defer(*BIG))))
    name = f"history-{timezone.now():%Y-%m-%d}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    return StreamingHttpResponse(csv_export.streamed(lines), content_type="text/csv; charset=utf-8", headers=headers)


ACTIONS = (mark_right, set_truth, classify_again, export_csv, delete_for_good)


def _some(rows: Rows) -> list[UUID]:
    return list(rows.order_by("-created_at").values_list("pk", flat=True)[:AT_ONCE])


def _cells(chunks: Iterable[list[Classification]]) -> Iterator[Iterable[object]]:
    return ([getattr(row, column) for column in COLUMNS] for chunk in chunks for row in chunk)


def _log(request: HttpRequest, chosen: list[UUID], what: int, message: str) -> None:
    """Who did it, where Django's admin shows it."""
    rows = Classification.objects.filter(id__in=chosen).only("display", "score")
    if request.user.pk and chosen:
        LogEntry.objects.log_actions(request.user.pk, rows, what, message)


def _say(model_admin: "Admin", request: HttpRequest, done: int, what: str) -> None:
    more = " Perhaps there are more: do it again." if done == AT_ONCE else ""
    model_admin.message_user(request, f"{done:,} {what}.{more}", messages.SUCCESS)


def _ask(
    model_admin: "Admin", request: HttpRequest, chosen: list[UUID], action: str, context: dict[str, Any]
) -> HttpResponse:
    shown = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "title": dict(model_admin.get_action_choices(request))[action].removesuffix(" …"),
        "action": action,
        "chosen": chosen,
        "checkbox": ACTION_CHECKBOX_NAME,
        "full": len(chosen) == AT_ONCE,
        "back": request.get_full_path(),
        **context,
    }
    return TemplateResponse(request, f"admin/classifier/classification/{action}.html", shown)
