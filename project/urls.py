"""HTTP routes by role."""

from django.conf import settings
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = []

if settings.ROLE.serves_pages:
    urlpatterns += [path("admin/", admin.site.urls), path("", include("web.urls"))]
