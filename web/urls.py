"""Routes of what a person sees."""

from django.urls import path
from django.views.i18n import set_language

from web import views
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
]
