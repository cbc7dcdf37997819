"""The record of an answer."""

from typing import ClassVar

from django.db import models

from classifier.answer import Kind, Squirrel


class Classification(models.Model):
    """One answer that was given. Written once, after it was sent; shown read-only.

    ``id`` is UUIDv5(owner key, the client's job id), so that a repeated job cannot make a second row.
    Times are milliseconds, scores probabilities 0…1, sizes bytes and upright pixels.
    """

    class Source(models.TextChoices):
        SOCKET = "socket", "socket"
        LEGACY = "legacy", "the older contract at /ws"

    id = models.UUIDField(primary_key=True, editable=False)
    created_at = models.DateTimeField(db_index=True)
    owner = models.UUIDField(null=True, blank=True)
    source = models.CharField(max_length=16, choices=Source)
    name = models.CharField("file name", max_length=255, blank=True)

    verdict = models.CharField(max_length=8, choices=[(kind.value, kind.value) for kind in Kind])
    display = models.CharField("answer", max_length=64)
    wnid = models.CharField(max_length=9)
    score = models.FloatField()
    squirrel = models.CharField(max_length=5, choices=[(answer.value, answer.value) for answer in Squirrel])
    animal = models.FloatField("any animal")
    predictions = models.JSONField("best classes")

    model_name = models.CharField(max_length=32)
    model_version = models.CharField(max_length=16)
    views = models.CharField(max_length=8)
    queue_ms = models.FloatField()
    decode_ms = models.FloatField()
    infer_ms = models.FloatField()
    total_ms = models.FloatField()

    format = models.CharField(max_length=8)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    size = models.PositiveIntegerField("bytes")
    photo = models.FileField(upload_to="photos/%Y/%m", blank=True)

    class Meta:
        ordering: ClassVar = ["-created_at"]
        indexes: ClassVar = [
            models.Index(fields=["owner", "-created_at"], name="classification_owner"),
            models.Index(fields=["verdict", "-created_at"], name="classification_verdict"),
            models.Index(fields=["wnid", "-created_at"], name="classification_wnid"),
        ]

    def __str__(self) -> str:
        return f"{self.display} ({self.score:.0%})"
