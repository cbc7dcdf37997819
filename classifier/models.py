"""Database models: one record per answer, the keys of erased records, and statistics per day."""

from typing import ClassVar

from django.db import models

from classifier.prediction.result import SquirrelAnswer, VerdictKind


class Classification(models.Model):
    """The record of one answer, written after the answer was sent. Feedback, reviews and reclassification change it.

    ``id`` is UUIDv5(owner, the client's job id), so a job that is sent twice makes one record; random without an owner.
    ``group`` is the wnid of the largest everyday group that contains the answer (mammals, birds, … 17 in all) or empty.
    ``heatmap`` is ``{"view_box": [x, y, width, height], "map": 49 logits}`` of the verdict, or null.
    ``photo`` and ``thumbnail`` are JPEGs of at most 512 and 96 pixels, stored only with consent.
    Times are in milliseconds, scores are probabilities 0…1, ``size`` is in bytes. ``width`` and ``height`` are pixels
    of the upright photo.
    """

    class Opinion(models.TextChoices):
        RIGHT = "right", "right"
        WRONG = "wrong", "wrong"

    class Source(models.TextChoices):
        SOCKET = "socket", "socket"
        LEGACY = "legacy", "the older contract at /ws"

    id = models.UUIDField(primary_key=True, editable=False)
    created_at = models.DateTimeField(db_index=True)
    owner = models.UUIDField(null=True, blank=True)
    source = models.CharField(max_length=16, choices=Source)
    name = models.CharField("file name", max_length=255, blank=True)

    verdict = models.CharField(max_length=8, choices=[(kind.value, kind.value) for kind in VerdictKind])
    display = models.CharField("answer", max_length=64)
    wnid = models.CharField(max_length=9)
    group = models.CharField(max_length=9, blank=True, default="", db_default="")
    score = models.FloatField()
    squirrel = models.CharField(max_length=5, choices=[(answer.value, answer.value) for answer in SquirrelAnswer])
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
    heatmap = models.JSONField(null=True, blank=True, default=None)
    photo = models.FileField(blank=True)
    thumbnail = models.FileField(blank=True, default="", db_default="")

    # The owner's feedback. ``suggested`` is the wnid of the owner's correction, or empty.
    feedback = models.CharField(max_length=5, choices=Opinion, blank=True, default="", db_default="")
    suggested = models.CharField(max_length=9, blank=True, default="", db_default="")
    feedback_at = models.DateTimeField(null=True, blank=True, default=None)

    # The staff's review. ``truth`` is the wnid of the true name; empty if not reviewed or if it confirms "no animal".
    review = models.CharField(max_length=5, choices=Opinion, blank=True, default="", db_default="")
    truth = models.CharField(max_length=9, blank=True, default="", db_default="")

    # A share link is valid until ``shared_until`` and while it carries this key.
    share_key = models.CharField(max_length=22, blank=True, default="", db_default="")
    shared_until = models.DateTimeField(null=True, blank=True, default=None)

    # Staff request a reclassification; an idle backend does it and clears the request.
    reclassification_requested_at = models.DateTimeField(null=True, blank=True, default=None)
    reclassified_at = models.DateTimeField(null=True, blank=True, default=None)

    class Meta:
        ordering: ClassVar = ["-created_at"]
        permissions: ClassVar = [
            ("review_classification", "Can review answers and request reclassification"),
            ("export_classification", "Can download records as a file"),
        ]
        # Each list, filter, count and chart of the admin reads one of these indexes and never scans the table.
        # Conditional indexes hold only the few records with feedback, a review, a photo or a request.
        # The dashboard reads "classification_day" alone.
        indexes: ClassVar = [
            models.Index(fields=["created_at", "verdict", "wnid", "total_ms"], name="classification_day"),
            models.Index(fields=["owner", "-created_at"], name="classification_owner"),
            models.Index(fields=["verdict", "-created_at"], name="classification_verdict"),
            models.Index(fields=["wnid", "-created_at"], name="classification_wnid"),
            models.Index(fields=["group", "-created_at"], name="classification_group"),
            models.Index(fields=["model_version", "-created_at"], name="classification_version"),
            models.Index(
                fields=["squirrel", "-created_at"],
                name="classification_squirrels",
                condition=~models.Q(squirrel=SquirrelAnswer.NO.value),
            ),
            models.Index(
                fields=["feedback", "-created_at", "model_version"],
                name="classification_feedback",
                condition=models.Q(feedback__gt=""),
            ),
            models.Index(
                fields=["review", "-created_at", "model_version"],
                name="classification_review",
                condition=models.Q(review__gt=""),
            ),
            models.Index(
                fields=["-created_at"],
                name="classification_unreviewed",
                condition=models.Q(feedback="wrong", review=""),
            ),
            models.Index(fields=["-created_at"], name="classification_photo", condition=models.Q(photo__gt="")),
            models.Index(
                fields=["-created_at"],
                name="classification_requested",
                condition=models.Q(reclassification_requested_at__isnull=False),
            ),
            models.Index(
                fields=["-created_at"],
                name="classification_reclassified",
                condition=models.Q(reclassified_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.display} ({self.score:.0%})"


class Erasure(models.Model):
    """The key of an erased record, or of an owner whose records up to ``at`` were erased.

    A record that arrives late, from a spool or a retried job, is not written again. ``key`` is the id of the record or
    of the owner; nothing else about either is stored.
    """

    key = models.UUIDField(primary_key=True)
    at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.key} at {self.at:%Y-%m-%d %H:%M:%S}"


class DailyStatistics(models.Model):
    """Statistics of one finished day, computed once, so that the dashboard never reads the records of that day again.

    ``statistics`` is ``{"verdicts": {kind: count}, "animals": {wnid: count}, "p50_ms": ms, "p95_ms": ms}``. It contains
    no personal data and is kept after the records were purged.
    """

    day = models.DateField(primary_key=True)
    statistics = models.JSONField()

    def __str__(self) -> str:
        return f"{self.day:%Y-%m-%d}"
