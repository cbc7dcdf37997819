"""The admin list of records and the read-only page of one record."""

from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from classifier.admin import dashboard, filters, paging
from classifier.admin.actions import ACTIONS
from classifier.history import photos, records
from classifier.history.records import LARGE_FIELDS, Records
from classifier.models import Classification
from classifier.vocabulary import search

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Classification]  # generic for the type checker only
else:
    ModelAdmin = admin.ModelAdmin

#: Height of the image in the list and on the page of a record, in pixels.
THUMBNAIL_HEIGHT, PHOTO_HEIGHT = 96, 512


@admin.register(Classification)
class ClassificationAdmin(ModelAdmin):
    """The records of all owners, with their photos if kept."""

    list_display = ("created_at", "preview", "answer", "any_animal", "opinions", "total_time", "model_version")
    sortable_by = ("created_at",)  # an index has this order; any other would read the whole table
    list_filter = (
        "created_at",
        "verdict",
        filters.AnswerFilter,
        filters.GroupFilter,
        filters.SquirrelFilter,
        filters.ReviewFilter,
        filters.FeedbackFilter,
        filters.PhotoFilter,
        filters.ReclassificationFilter,
        filters.VersionFilter,
    )
    search_fields = ("=id", "^display")  # shows the search field; get_search_results searches
    search_help_text = "An id, or the first letters of the answer."
    date_hierarchy = "created_at"
    list_per_page = 50
    list_max_show_all = 0
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    paginator = paging.BoundedPaginator
    actions = ACTIONS
    exclude = ("predictions", "heatmap", "photo", "thumbnail", "suggested", "truth", "share_key")

    @admin.display(description="photo")
    def preview(self, record: Classification) -> SafeString | str:
        return _image(record, THUMBNAIL_HEIGHT)

    @admin.display(description="photo")
    def large_preview(self, record: Classification) -> SafeString | str:
        return _image(record, PHOTO_HEIGHT)

    @admin.display(description="answer")
    def answer(self, record: Classification) -> SafeString:
        return format_html("{} · {}<br>{}", record.display, record.verdict, _bar(record.score))

    @admin.display(description="any animal")
    def any_animal(self, record: Classification) -> SafeString:
        return _bar(record.animal)

    @admin.display(description="feedback · review")
    def opinions(self, record: Classification) -> str:
        feedback = _opinion(record.feedback, record.suggested)
        return f"{feedback} · {_opinion(record.review, record.truth)}"

    @admin.display(description="time")
    def total_time(self, record: Classification) -> str:
        return f"{record.total_ms:.0f} ms"

    @admin.display(description="best classes")
    def best_classes(self, record: Classification) -> SafeString:
        lines = (
            (_bar(prediction["score"]), prediction["label"].replace("_", " "), prediction["wnid"])
            for prediction in record.predictions
        )
        return format_html_join("", "{} {} ({})<br>", lines)

    def get_queryset(self, request: HttpRequest) -> Records:
        return super().get_queryset(request).defer(*LARGE_FIELDS)

    def get_changelist(self, request: HttpRequest, **_: Any) -> type[paging.RecordList]:
        return paging.RecordList

    def get_search_results(self, request: HttpRequest, queryset: Records, search_term: str) -> tuple[Records, bool]:
        if not search_term.strip():
            return queryset, False
        try:
            return queryset.filter(pk=UUID(search_term.strip())), False
        except ValueError:
            # Names are matched in memory and records are read by the index on wnid: each database would need another
            # kind of index for prefixes.
            return queryset.filter(wnid__in=search.find_by_prefix(search_term)), False

    def get_readonly_fields(self, request: HttpRequest, obj: Classification | None = None) -> list[str]:
        fields = [field.name for field in self.opts.fields if field.name not in self.exclude]
        return ["large_preview", "best_classes", "opinions", *fields]

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Leave out Django's deletion, which lists every record first and does not delete the files."""
        return {name: action for name, action in super().get_actions(request).items() if name != "delete_selected"}

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return super().changelist_view(request, {**(extra_context or {}), "reclassification": _progress()})

    def delete_model(self, request: HttpRequest, obj: Classification) -> None:
        records.erase_any([obj.pk])

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Classification | None = None) -> bool:
        return False

    def has_review_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("classifier.review_classification")

    def has_export_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("classifier.export_classification")

    def get_urls(self) -> list[URLPattern]:
        photo = path(
            "<uuid:pk>/photo/<int:height>/",
            self.admin_site.admin_view(self.photo),
            name="classifier_classification_photo",
        )
        dashboard_page = path(
            "figures/",
            self.admin_site.admin_view(partial(dashboard.show, self)),
            name="classifier_classification_dashboard",
        )
        return [photo, dashboard_page, *super().get_urls()]

    def photo(self, request: HttpRequest, pk: UUID, height: int) -> HttpResponseBase:
        """Return a kept photo, or its thumbnail for ``THUMBNAIL_HEIGHT``, to staff with permission to view its record.

        Raises ``Http404``.
        """
        record = get_object_or_404(Classification.objects.only("photo", "thumbnail"), pk=pk)
        name = (height == THUMBNAIL_HEIGHT and record.thumbnail.name) or record.photo.name
        if not self.has_view_permission(request, record) or not name:
            raise Http404
        if url := photos.signed_url(name):
            return HttpResponseRedirect(url)
        try:
            with photos.open_photo(name) as file:
                content = file.read()
        except FileNotFoundError:
            raise Http404 from None
        return HttpResponse(content, "image/jpeg", headers={"Cache-Control": "private, max-age=3600"})


def _progress() -> dict[str, str]:
    """Return the numbers of waiting and finished reclassifications as text; empty if none waits."""
    waiting = paging.count_bounded(Classification.objects.filter(reclassification_requested_at__isnull=False))
    if not waiting:
        return {}
    done = paging.count_bounded(Classification.objects.filter(reclassified_at__isnull=False))
    return {"waiting": paging.count_text(waiting), "done": paging.count_text(done)}


def _image(record: Classification, height: int) -> SafeString | str:
    if not record.photo:
        return "not kept"
    url = reverse("admin:classifier_classification_photo", args=[record.pk, height])
    return format_html('<img src="{}" alt="{}" height="{}" loading="lazy">', url, record.display, height)


def _bar(score: float) -> SafeString:
    return format_html('<meter min="0" max="1" value="{}"></meter> {}', f"{score:.4f}", f"{score:.0%}")


def _opinion(opinion: str, wnid: str) -> str:
    """Return an opinion as text: ``right``, ``wrong: fox squirrel`` or ``–``."""
    true_name = search.display(wnid)
    return f"{opinion}: {true_name}" if opinion == "wrong" and true_name else opinion or "–"
