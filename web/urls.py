"""Routes of what a person sees."""

from django.urls import path

from web import views

app_name = "web"
urlpatterns = [
    path("", views.index, name="index"),
    path("model", views.model_card, name="model"),
    path("ticket", views.ticket, name="ticket"),
    path("examples/<str:name>", views.example, name="example"),
    path("examples/<str:name>/thumbnail", views.thumbnail, name="thumbnail"),
]
