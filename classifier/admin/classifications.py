"""The list and the page of one record: read-only, with what staff may do about it as actions."""

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
from classifier.history.records import BIG, Rows
from classifier.models import Classification
from classifier.vocabulary import search

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Classification]  # generic for the type checker only
else:
    ModelAdmin = admin.ModelAdmin

#: The sides of what the list and the page of a record show, in pixels.
THUMBNAIL, PHOTO = 96, 512


@admin.register(Classification)
class ClassificationAdmin(ModelAdmin):
    """Every answer, with its photo where the person agreed to keep it."""

    list_display = ("created_at", "preview", "answer", "any_animal", "said", "time", "model_version")
    sortable_by = ("created_at",)  # an index answers this order, any other reads the table
    list_filter = (
        "created_at",
        "verdict",
        filters.AnswerFilter,
        filters.GroupFilter,
        filters.SquirrelFilter,
        filters.ReviewFilter,
        filters.FeedbackFilter,
        filters.PhotoFilter,
        filters.AgainFilter,
        filters.VersionFilter,
    )
    search_fields = ("=id", "^display")
    search_help_text = "An id, or how the answer begins."
    date_hierarchy = "created_at"
    list_per_page = 50
    list_max_show_all = 0
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    paginator = paging.BoundedPaginator
    actions = ACTIONS
    exclude = ("predictions", "heatmap", "photo", "thumbnail", "suggested", "truth", "share_key")

    @admin.display(description="photo")
    def preview(self, row: Classification) -> SafeString | str:
        return _image(row, THUMBNAIL)

    @admin.display(description="photo")
    def picture(self, row: Classification) -> SafeString | str:
        return _image(row, PHOTO)

    @admin.display(description="answer")
    def answer(self, row: Classification) -> SafeString:
        return format_html("{} · {}<br>{}", row.display, row.verdict, _bar(row.score))

    @admin.display(description="any animal")
    def any_animal(self, row: Classification) -> SafeString:
        return _bar(row.animal)

    @admin.display(description="people say · staff say")
    def said(self, row: Classification) -> str:
        return " · ".join((_opinion(row.feedback, row.suggested), _opinion(row.review, row.truth)))

    @admin.display(description="time")
    def time(self, row: Classification) -> str:
        return f"{row.total_ms:.0f} ms"

    @admin.display(description="best classes")
    def best_classes(self, row: Classification) -> SafeString:
        lines = ((_bar(best["score"]), best["label"].replace("_", " "), best["wnid"]) for best in row.predictions)
        return format_html_join("", "{} {} ({})<br>", lines)

    def get_queryset(self, request: HttpRequest) -> Rows:
        return super().get_queryset(request).defer(*BIG)

    def get_changelist(self, request: HttpRequest, **_: Any) -> type[paging.History]:
        return paging.History

    def get_search_results(self, request: HttpRequest, queryset: Rows, search_term: str) -> tuple[Rows, bool]:
        if not search_term.strip():
            return queryset, False
        try:
            return queryset.filter(pk=UUID(search_term.strip())), False
        except ValueError:
            # The names are in memory: their wnids have an index on every database, the beginnings of texts have not.
            return queryset.filter(wnid__in=search.find_by_prefix(search_term)), False

    def get_readonly_fields(self, request: HttpRequest, obj: Classification | None = None) -> list[str]:
        fields = [field.name for field in self.opts.fields if field.name not in self.exclude]
        return ["picture", "best_classes", "said", *fields]

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Without Django's own deletion, which would list every row first and leave the files."""
        return {name: action for name, action in super().get_actions(request).items() if name != "delete_selected"}

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return super().changelist_view(request, {**(extra_context or {}), "again": _progress()})

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
            "<uuid:pk>/photo/<int:side>/",
            self.admin_site.admin_view(self.photo),
            name="classifier_classification_photo",
        )
        figures = path(
            "figures/",
            self.admin_site.admin_view(partial(dashboard.view, self)),
            name="classifier_classification_dashboard",
        )
        return [photo, figures, *super().get_urls()]

    def photo(self, request: HttpRequest, pk: UUID, side: int) -> HttpResponseBase:
        """A kept photo: for staff who may see its row, and nobody else."""
        row = get_object_or_404(Classification.objects.only("photo", "thumbnail"), pk=pk)
        name = (side == THUMBNAIL and row.thumbnail.name) or row.photo.name
        if not self.has_view_permission(request, row) or not name:
            raise Http404
        if address := photos.address(name):
            return HttpResponseRedirect(address)
        try:
            with photos.opened(name) as file:
                content = file.read()
        except FileNotFoundError:
            raise Http404 from None
        return HttpResponse(content, "image/jpeg", headers={"Cache-Control": "private, max-age=3600"})


def _progress() -> dict[str, str]:
    """How far the backends are with what is to be classified again; nothing while nothing waits."""
    waiting = paging.count(Classification.objects.filter(reclassification_requested_at__isnull=False))
    if not waiting:
        return {}
    done = paging.count(Classification.objects.filter(reclassified_at__isnull=False))
    return {"waiting": paging.in_words(waiting), "done": paging.in_words(done)}


def _image(row: Classification, side: int) -> SafeString | str:
    if not row.photo:
        return "not kept"
    url = reverse("admin:classifier_classification_photo", args=[row.pk, side])
    return format_html('<img src="{}" alt="{}" height="{}" loading="lazy">', url, row.display, side)


def _bar(score: float) -> SafeString:
    return format_html('<meter min="0" max="1" value="{}"></meter> {}', f"{score:.4f}", f"{score:.0%}")


def _opinion(opinion: str, instead: str) -> str:
    """``right``, ``wrong: fox squirrel``, ``–``."""
    known = search.display(instead)
    return f"{opinion}: {known}" if opinion == "wrong" and known else opinion or "–"
