"""What it is to identify an animal, and the record of it."""

from django.apps import AppConfig


class ClassifierConfig(AppConfig):
    name = "classifier"
    verbose_name = "Animal Classifier"
