"""The history as staff see it, at any size: stock admin, every query bounded and answered from an index."""

from classifier.admin import classifications as classifications  # Django finds what it registers
