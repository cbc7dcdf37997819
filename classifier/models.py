"""The record of an answer, the memory of what was erased, and the figures of a day."""

from typing import ClassVar

from django.db import models

from classifier.answer import Kind, Squirrel


class Classification(models.Model):
    """One answer that was given. Written once, after it was sent; later only what people say of it is added.

    ``id`` is UUIDv5(owner key, the client's job id), so that a repeated job cannot make a second row.
    ``group`` is the wnid of the largest everyday group the answer lies in (mammals, birds, … 17 in all), or empty.
    ``heatmap`` is ``{"view_box": [x, y, width, height], "map": 49 logits}`` of what the answer names,
    where it was asked for.
    ``photo`` and ``thumbnail`` are JPEGs of at most 512 and 96 pixels, with consent only.
    Times are milliseconds, scores probabilities 0…1, sizes bytes and upright pixels.
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

    verdict = models.CharField(max_length=8, choices=[(kind.value, kind.value) for kind in Kind])
    display = models.CharField("answer", max_length=64)
    wnid = models.CharField(max_length=9)
    group = models.CharField(max_length=9, blank=True, default="", db_default="")
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
    heatmap = models.JSONField(null=True, blank=True, default=None)
    photo = models.FileField(blank=True)
    thumbnail = models.FileField(blank=True, default="", db_default="")

    # What its owner says of it, once; ``suggested`` is the wnid of what it is instead, or empty.
    feedback = models.CharField(max_length=5, choices=Opinion, blank=True, default="", db_default="")
    suggested = models.CharField(max_length=9, blank=True, default="", db_default="")
    feedback_at = models.DateTimeField(null=True, blank=True, default=None)

    # What staff say of it; ``truth`` is the wnid of what it is, or empty while nobody looked.
    review = models.CharField(max_length=5, choices=Opinion, blank=True, default="", db_default="")
    truth = models.CharField(max_length=9, blank=True, default="", db_default="")

    # A link for others, good until then and as long as its key is the same.
    share_key = models.CharField(max_length=22, blank=True, default="", db_default="")
    shared_until = models.DateTimeField(null=True, blank=True, default=None)

    # Marked by staff to be classified again; a backend clears it.
    again_since = models.DateTimeField("to be classified again since", null=True, blank=True, default=None)
    again_at = models.DateTimeField("classified again at", null=True, blank=True, default=None)

    class Meta:
        ordering: ClassVar = ["-created_at"]
        permissions: ClassVar = [
            ("review_classification", "Can say what a photo shows, and have it classified again"),
            ("export_classification", "Can download records as a file"),
        ]
        # Every list, filter, count and figure of the admin reads one of these, so that none reads the table; those
        # with a condition hold the few rows that somebody cared about. The dashboard is answered from "day" alone.
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
                condition=~models.Q(squirrel=Squirrel.NO.value),
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
                name="classification_waiting",
                condition=models.Q(again_since__isnull=False),
            ),
            models.Index(
                fields=["-created_at"],
                name="classification_repeated",
                condition=models.Q(again_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.display} ({self.score:.0%})"


class Erasure(models.Model):
    """What was erased: a record, or all of an owner up to then. A record that comes late is not written.

    ``key`` is the record's id or the owner's; nothing else is known of either.
    """

    key = models.UUIDField(primary_key=True)
    at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.key} at {self.at:%Y-%m-%d %H:%M:%S}"


class Day(models.Model):
    """What was answered on a day that is over, counted once: the dashboard never reads a day's rows again.

    ``figures`` is ``{"verdicts": {kind: answers}, "animals": {wnid: answers}, "p50_ms", "p95_ms"}``; of nobody in
    particular, so it outlives the rows.
    """

    day = models.DateField(primary_key=True)
    figures = models.JSONField()

    def __str__(self) -> str:
        return f"{self.day:%Y-%m-%d}"
