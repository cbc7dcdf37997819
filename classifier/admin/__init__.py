"""The history as staff see it, at any size: stock admin, every query bounded and answered from an index."""

from django.contrib import admin

from classifier.admin import classifications as classifications  # Django finds what it registers

# Three models: a column of links would take the room of the list.
admin.site.enable_nav_sidebar = False
