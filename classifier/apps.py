"""The Django app that classifies photos and stores the results."""

from django.apps import AppConfig


class ClassifierConfig(AppConfig):
    name = "classifier"
    verbose_name = "Animal Classifier"
