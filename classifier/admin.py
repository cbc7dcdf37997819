"""The history as staff see it: read-only, stock admin."""

from typing import TYPE_CHECKING

from django.contrib import admin
from django.http import FileResponse, Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from classifier.models import Classification

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Classification]  # generic for the type checker only
else:
    ModelAdmin = admin.ModelAdmin


@admin.register(Classification)
class ClassificationAdmin(ModelAdmin):
    """Every answer, with its photo where the person agreed to keep it."""

    list_display = ("created_at", "preview", "answer", "any_animal", "views", "total_ms", "model_version")
    list_display_links = ("created_at", "answer")
    list_filter = (
        "created_at",
        "verdict",
        "squirrel",
        "views",
        "source",
        "model_version",
        ("photo", admin.EmptyFieldListFilter),
    )
    search_fields = ("=id", "^display", "^name")
    search_help_text = "An id, or how the answer or the file's name begins."
    date_hierarchy = "created_at"
    list_per_page = 50
    show_full_result_count = False
    exclude = ("predictions", "heatmap", "photo", "thumbnail")

    @admin.display(description="photo")
    def preview(self, row: Classification) -> SafeString | str:
        if not row.photo:
            return "not kept"
        url = reverse("admin:classifier_classification_photo", args=[row.pk])
        return format_html('<img src="{}" alt="{}" height="64" loading="lazy">', url, row.display)

    @admin.display(description="answer", ordering="display")
    def answer(self, row: Classification) -> SafeString:
        return format_html("{} · {}<br>{}", row.display, row.verdict, _bar(row.score))

    @admin.display(description="any animal", ordering="animal")
    def any_animal(self, row: Classification) -> SafeString:
        return _bar(row.animal)

    @admin.display(description="best classes")
    def best_classes(self, row: Classification) -> SafeString:
        lines = ((_bar(best["score"]), best["label"].replace("_", " "), best["wnid"]) for best in row.predictions)
        return format_html_join("", "{} {} ({})<br>", lines)

    def get_readonly_fields(self, request: HttpRequest, obj: Classification | None = None) -> list[str]:
        fields = [field.name for field in self.opts.fields if field.name not in self.exclude]
        return ["preview", "best_classes", *fields]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Classification | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Classification | None = None) -> bool:
        return False

    def get_urls(self) -> list[URLPattern]:
        photo = path("<uuid:pk>/photo/", self.admin_site.admin_view(self.photo), name="classifier_classification_photo")
        return [photo, *super().get_urls()]

    def photo(self, request: HttpRequest, pk: object) -> FileResponse:
        """A kept photo: for staff who may see its row, and nobody else."""
        row = get_object_or_404(Classification, pk=pk)
        if not self.has_view_permission(request, row) or not row.photo:
            raise Http404
        return FileResponse(row.photo.open("rb"), content_type="image/jpeg")


def _bar(score: float) -> SafeString:
    return format_html('<meter min="0" max="1" value="{}"></meter> {}', f"{score:.4f}", f"{score:.0%}")
