"""Records and staff users for the admin tests."""

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse

from classifier.models import Classification
from tests.classifier.answers import JPEGS, insert, new_record, store_photo


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def record(db) -> Classification:
    """Insert the record of an Egyptian cat with a kept photo."""
    return record_with_photo()


@pytest.fixture
def staff(db):
    """Return a function that logs in a staff user with only these permissions: ``staff("view", "review")``."""

    def log_in(*permissions: str) -> Client:
        user = User.objects.create_user("-".join(permissions), is_staff=True)
        codenames = [f"{permission}_classification" for permission in permissions]
        user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
        assert user.user_permissions.count() == len(permissions)
        client = Client()
        client.force_login(user)
        return client

    return log_in


def record_with_photo() -> Classification:
    new = new_record(renditions=JPEGS)
    insert(new)
    store_photo(new)
    return Classification.objects.get(id=new.id)


def run_action(client: Client, action: str, *records: Classification, query: str = "", **fields: str):
    """Post an action as the form of the list does; return the response after redirects."""
    data = {"action": action, "_selected_action": [str(record.pk) for record in records], **fields}
    return client.post(f"{reverse('admin:classifier_classification_changelist')}{query}", data, follow=True)
