"""Tests of ``manage.py create_staff``."""

import io

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

pytestmark = pytest.mark.django_db


def create_staff(*arguments: str) -> str:
    """Run the command and return its output."""
    output = io.StringIO()
    call_command("create_staff", *arguments, stdout=output)
    return output.getvalue()


def test_create_staff_prints_a_working_password_once():
    words = create_staff().split()
    assert User.objects.get(username="admin").check_password(words[words.index("Password:") + 1])
    with pytest.raises(CommandError, match="changepassword admin"):
        create_staff()


def test_create_staff_sets_the_password_of_the_environment_each_time_and_never_prints_it(settings):
    for settings.STAFF_PASSWORD in ("the first password", "the second password"):
        assert settings.STAFF_PASSWORD not in create_staff("--username", "ann")
        user = User.objects.get(username="ann")
        assert (user.check_password(settings.STAFF_PASSWORD), user.is_superuser) == (True, True)
