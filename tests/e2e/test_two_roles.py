"""Both roles behind TLS with their real stores, as ``make up`` runs them, in a browser."""

import pytest
from playwright.sync_api import Page, expect

from infrastructure.local.stack import manage
from tests.stores import running_stack

PASSWORD = "correct horse battery staple"


@pytest.fixture(scope="module")
def stack(build):
    with running_stack(BUILD_DIR=str(build)) as stack:
        manage(
            *("createsuperuser", "--no-input", "--username", "operator", "--email", "operator@a.example"),
            **{**stack.frontend.environment, "DJANGO_SUPERUSER_PASSWORD": PASSWORD},
        )
        yield stack


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args):
    return {**browser_context_args, "ignore_https_errors": True}


@pytest.fixture
def admin(stack, page: Page, console_errors):
    """Login page of the admin. Its only console error is the missing icon."""
    page.goto(f"{stack.url}/admin/")
    yield page
    console_errors[:] = [error for error in console_errors if not error.startswith("Failed to load resource")]


def log_in(page: Page, password: str) -> None:
    page.get_by_label("Username").fill("operator")
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Log in").click()


def test_a_page_of_the_frontend_host_classifies_on_the_backend_host_over_tls(stack, page: Page):
    page.goto(stack.url)
    page.get_by_role("button", name="Chelsea the cat").click()
    expect(page.get_by_text("That is a cat")).to_be_visible()


def test_the_admin_login_over_tls_sets_host_only_secure_cookies(admin: Page):
    log_in(admin, PASSWORD)
    expect(admin.get_by_role("link", name="Classifications")).to_be_visible()
    cookies = {cookie["name"]: cookie for cookie in admin.context.cookies()}
    assert {"__Host-sessionid", "__Host-csrftoken"} <= set(cookies)
    assert all(cookie["secure"] for cookie in cookies.values())


def test_five_wrong_passwords_lock_the_login_even_for_the_right_one(admin: Page):
    for _ in range(5):
        log_in(admin, "guess")
    expect(admin.get_by_text("too many login attempts")).to_be_visible()
    admin.goto(admin.url)
    log_in(admin, PASSWORD)
    expect(admin.get_by_text("too many login attempts")).to_be_visible()
