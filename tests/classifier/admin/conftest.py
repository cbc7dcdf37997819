"""Rows to look at, and who looks."""

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse

from classifier import history
from classifier.models import Classification
from tests.classifier.answers import JPEGS, entry


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def row(db) -> Classification:
    """An Egyptian cat whose photo is kept."""
    return kept()


@pytest.fixture
def staff(db):
    """A client of somebody with just these rights: ``staff("view", "review")``."""

    def somebody(*rights: str) -> Client:
        user = User.objects.create_user("-".join(rights), is_staff=True)
        codes = [f"{right}_classification" for right in rights]
        user.user_permissions.set(Permission.objects.filter(codename__in=codes))
        assert user.user_permissions.count() == len(rights)
        client = Client()
        client.force_login(user)
        return client

    return somebody


def kept(**fields) -> Classification:
    one = entry(kept=JPEGS)
    history.write([one])
    history.keep(one)
    Classification.objects.filter(id=one.id).update(**({"review": ""} | fields))
    return Classification.objects.get(id=one.id)


def act(client: Client, action: str, *rows: Classification, query: str = "", **fields: str):
    """Posts what the list's form would; the answer."""
    data = {"action": action, "_selected_action": [str(row.pk) for row in rows], **fields}
    return client.post(f"{reverse('admin:classifier_classification_changelist')}{query}", data, follow=True)
