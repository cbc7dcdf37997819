"""Routes of the pages."""

from django.urls import path
from django.views.i18n import set_language

from web import history, share_views, views
from web.manifest import show_manifest

app_name = "web"
urlpatterns = [
    path("", views.index, name="index"),
    path("model", views.show_model_card, name="model"),
    path("language", set_language, name="language"),
    path("manifest.webmanifest", show_manifest, name="manifest"),
    path("ticket", views.issue_ticket, name="ticket"),
    path("examples/<str:name>", views.send_example, name="example"),
    path("examples/<str:name>/thumbnail", views.send_example_thumbnail, name="thumbnail"),
    path("history", history.list_records, name="history"),
    path("history/export.csv", history.export_records, {"file_format": "csv"}, name="export_csv"),
    path("history/export.json", history.export_records, {"file_format": "json"}, name="export_json"),
    path("history/delete", history.delete_all, name="delete_all"),
    path("history/<uuid:record_id>", history.show_record, name="record"),
    path("history/<uuid:record_id>/photo", history.send_photo, name="record_photo"),
    path("history/<uuid:record_id>/thumbnail", history.send_thumbnail, name="record_thumbnail"),
    path("history/<uuid:record_id>/delete", history.delete_record, name="delete"),
    path("history/<uuid:record_id>/judge", history.judge_record, name="judge"),
    path("history/<uuid:record_id>/share", history.share_record, name="share"),
    path("history/<uuid:record_id>/unshare", history.unshare_record, name="unshare"),
    path("names", history.suggest_names, name="names"),
    path("shared/<str:token>", share_views.show_shared_record, name="shared"),
    path("shared/<str:token>/photo", share_views.send_shared_photo, name="shared_photo"),
]
