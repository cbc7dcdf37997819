"""Both roles behind TLS with their real stores, as ``make up`` runs them; a browser that knows only the two hosts."""

import pytest
from playwright.sync_api import Page, expect

from infrastructure.local.stack import manage
from tests.stores import running_stack

PASSWORD = "correct horse battery staple"


@pytest.fixture(scope="module")
def stack(build):
    with running_stack(BUILD_DIR=str(build)) as stack:
        manage(
            *("createsuperuser", "--no-input", "--username", "keeper", "--email", "keeper@a.example"),
            **{**stack.frontend.environment, "DJANGO_SUPERUSER_PASSWORD": PASSWORD},
        )
        yield stack


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args):
    return {**browser_context_args, "ignore_https_errors": True}


@pytest.fixture
def admin(stack, page: Page, complaints):
    """The login of the admin, whose one complaint is that Django brings no icon for it."""
    page.goto(f"{stack.url}/admin/")
    yield page
    complaints[:] = [said for said in complaints if not said.startswith("Failed to load resource")]


def log_in(page: Page, password: str) -> None:
    page.get_by_label("Username").fill("keeper")
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Log in").click()


def test_the_page_of_one_host_is_answered_by_the_other_over_tls(stack, page: Page):
    page.goto(stack.url)
    page.get_by_role("button", name="Chelsea the cat").click()
    expect(page.get_by_text("That is a cat")).to_be_visible()


def test_the_keeper_logs_in_to_the_admin_over_tls_with_cookies_of_this_host_alone(admin: Page):
    log_in(admin, PASSWORD)
    expect(admin.get_by_role("link", name="Classifications")).to_be_visible()
    cookies = {cookie["name"]: cookie for cookie in admin.context.cookies()}
    assert {"__Host-sessionid", "__Host-csrftoken"} <= set(cookies)
    assert all(cookie["secure"] for cookie in cookies.values())


def test_who_guesses_five_times_has_to_wait_even_with_the_password(admin: Page):
    for _ in range(5):
        log_in(admin, "guess")
    expect(admin.get_by_text("too many login attempts")).to_be_visible()
    admin.goto(admin.url)
    log_in(admin, PASSWORD)
    expect(admin.get_by_text("too many login attempts")).to_be_visible()
