"""Routes of what a person sees."""

from django.urls import path
from django.views.i18n import set_language

from web import history, share_views, views
from web.manifest import manifest

app_name = "web"
urlpatterns = [
    path("", views.index, name="index"),
    path("model", views.model_card, name="model"),
    path("language", set_language, name="language"),
    path("manifest.webmanifest", manifest, name="manifest"),
    path("ticket", views.ticket, name="ticket"),
    path("examples/<str:name>", views.example, name="example"),
    path("examples/<str:name>/thumbnail", views.thumbnail, name="thumbnail"),
    path("history", history.listing, name="history"),
    path("history/export.csv", history.export, {"form": "csv"}, name="export_csv"),
    path("history/export.json", history.export, {"form": "json"}, name="export_json"),
    path("history/delete", history.delete_all, name="delete_all"),
    path("history/<uuid:record>", history.details, name="record"),
    path("history/<uuid:record>/photo", history.photo, name="record_photo"),
    path("history/<uuid:record>/thumbnail", history.thumbnail, name="record_thumbnail"),
    path("history/<uuid:record>/delete", history.delete, name="delete"),
    path("history/<uuid:record>/judge", history.judge, name="judge"),
    path("history/<uuid:record>/share", history.share, name="share"),
    path("history/<uuid:record>/unshare", history.unshare, name="unshare"),
    path("names", history.names, name="names"),
    path("shared/<str:token>", share_views.page, name="shared"),
    path("shared/<str:token>/photo", share_views.photo, name="shared_photo"),
]
