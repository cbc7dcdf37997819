"""Links to one answer for whoever holds them: signed, so that no other can be made up, with a key that can change."""

from datetime import timedelta
from uuid import UUID

from django.core import signing
from django.http import HttpRequest
from django.urls import reverse

from classifier.history import records
from classifier.models import Classification

SALT = "web.sharing"
LIFETIME = timedelta(days=7)


class GoneError(Exception):
    """The link was good once: it expired, was taken back, or its answer was deleted."""


def link(request: HttpRequest, record: UUID, key: str) -> str:
    """The whole address of a shared answer."""
    token = signing.Signer(salt=SALT).sign(f"{record.hex}.{key}")
    return request.build_absolute_uri(reverse("web:shared", args=[token]))


def shared(token: str) -> Classification | None:
    """The answer that a link opens; ``None`` for what was never a link. Raises ``GoneError``."""
    try:
        record, _, key = signing.Signer(salt=SALT).unsign(token).partition(".")
    except signing.BadSignature:
        return None
    row = Classification.objects.filter(id=UUID(record)).first()
    if row is None or not records.is_shared(row, key):
        raise GoneError
    return row
