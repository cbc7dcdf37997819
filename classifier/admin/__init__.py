"""The Django admin for the history: stock admin in which every query is bounded and answered from an index."""

from django.contrib import admin

from classifier.admin import classifications as classifications  # Django finds the model admins it registers

# With three models, the sidebar would only narrow the list.
admin.site.enable_nav_sidebar = False
