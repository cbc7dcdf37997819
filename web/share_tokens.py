"""Signed links to one record. A record's share key is part of the signature, so that a new key revokes old links."""

from datetime import timedelta
from uuid import UUID

from django.core import signing
from django.http import HttpRequest
from django.urls import reverse

from classifier.history import records
from classifier.models import Classification

SALT = "web.sharing"
LIFETIME = timedelta(days=7)


class ExpiredLinkError(Exception):
    """A link was valid once: it expired or was revoked, or its record was deleted."""


def build_link(request: HttpRequest, record_id: UUID, key: str) -> str:
    """Return the absolute URL of a shared record."""
    token = signing.Signer(salt=SALT).sign(f"{record_id.hex}.{key}")
    return request.build_absolute_uri(reverse("web:shared", args=[token]))


def find_record(token: str) -> Classification | None:
    """Return the record that a token opens, ``None`` if the signature is wrong. Raises ``ExpiredLinkError``."""
    try:
        record_id, _, key = signing.Signer(salt=SALT).unsign(token).partition(".")
    except signing.BadSignature:
        return None
    record = Classification.objects.filter(id=UUID(record_id)).first()
    if record is None or not records.is_shared(record, key):
        raise ExpiredLinkError
    return record
