"""Tests that the documentation agrees with the code, and that its commands work."""

import os
import re
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from prometheus_client import REGISTRY

from classifier.errors import SENTENCES
from classifier.websocket import close_codes
from infrastructure.local.servers import free_port
from tests.reliability.faulty_stores import OUTAGE_KINDS, STORES
from tests.server_process import ROOT, make_environment, read_announced_url

DOCS = ROOT / "docs"
README, CHANGELOG, CONTRIBUTING = (ROOT / name for name in ("README.md", "CHANGELOG.md", "CONTRIBUTING.md"))
DECISIONS = sorted((DOCS / "decisions").glob("*.md"))
#: Pages with an opening line; the README opens with what the product is.
PAGES = [CHANGELOG, CONTRIBUTING, *sorted(DOCS.rglob("*.md"))]
MAX_README_LINES = 130
SETTINGS = (ROOT / "project" / "settings.py").read_text(encoding="utf-8")


def relative_name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def commands_of(path: Path) -> list[str]:
    """Return the ``bash`` blocks of a page; indented blocks are examples with placeholders."""
    return [block.strip() for block in re.findall(r"```bash\n(.*?)```", text_of(path), flags=re.DOTALL)]


def documented_variables() -> dict[str, str]:
    """Return the default that ``docs/configuration.md`` states for each variable."""
    rows = re.findall(r"^\| `([A-Z0-9_]+)` \| (.*?) \|", text_of(DOCS / "configuration.md"), flags=re.MULTILINE)
    return dict(rows)


def anchors_of(path: Path) -> set[str]:
    """Return the anchors of a page's headings, as GitHub derives them."""
    headings = re.findall(r"^#+ (.+)$", text_of(path), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def links_of(path: Path) -> list[tuple[Path, str]]:
    """Return the file or folder and the anchor of every link that does not leave the repository."""
    links = re.findall(r"\]\((?!https?:)([^)#\s]*)#?([^)\s]*)\)", text_of(path))
    return [((path.parent / name).resolve() if name else path, anchor) for name, anchor in links]


# --- Form of the pages ---------------------------------------------------------------------------


def test_readme_has_at_most_130_lines():
    assert len(text_of(README).splitlines()) <= MAX_README_LINES


@pytest.mark.parametrize("path", PAGES, ids=relative_name)
def test_page_starts_with_its_readers_and_its_questions(path):
    title, opening = text_of(path).split("\n\n", 2)[:2]
    assert title.startswith("# ")
    assert opening.startswith("For ")


@pytest.mark.parametrize("path", DECISIONS, ids=relative_name)
def test_decision_record_states_context_decision_and_consequences(path):
    parts = re.findall(r"^\*\*(\w+)\.\*\*", text_of(path), flags=re.MULTILINE)
    assert [part for part in parts if part != "Considered"] == ["Context", "Decision", "Consequences"]


@pytest.mark.parametrize("path", [README, *PAGES], ids=relative_name)
def test_every_link_of_a_page_leads_to_an_existing_file_and_heading(path):
    for target, anchor in links_of(path):
        assert target.exists()
        assert not anchor or anchor in anchors_of(target)


def test_every_page_can_be_reached_from_the_readme():
    reached: set[Path] = set()
    pending = [README]
    while pending:
        path = pending.pop()
        reached.add(path)
        targets = {target for target, _ in links_of(path)}
        pages = {page for target in targets for page in ([target] if target.suffix == ".md" else target.glob("*.md"))}
        pending += pages - reached
    assert [relative_name(page) for page in PAGES if page not in reached] == []


@pytest.mark.parametrize("name", ["architecture.md", "glossary.md"])
def test_every_path_that_a_page_names_exists(name):
    packages = "project|classifier|web|static|templates|tests|infrastructure"
    paths = re.findall(rf"`((?:{packages})/[\w./-]*)`", text_of(DOCS / name))
    generated = {"static/words/"}
    assert [path for path in paths if path not in generated and not (ROOT / path).exists()] == []


# --- Tables that mirror the code -----------------------------------------------------------------


def test_configuration_page_lists_every_variable_that_the_settings_read_and_no_other():
    assert set(documented_variables()) == set(re.findall(r'env\.\w+\(\s*"([A-Z0-9_]+)"', SETTINGS))


def test_configuration_page_states_the_default_of_every_numeric_variable():
    numbers = re.findall(r'env\.read_(?:integer|fraction)\("(\w+)", (\d[\d_.]*)', SETTINGS)
    assert numbers
    documented = documented_variables()
    defaults = {name: f"`{value.replace('_', '')}`" for name, value in numbers}
    assert {name: documented[name] for name in defaults} == defaults


def test_env_example_names_only_variables_of_the_configuration_page():
    names = re.findall(r"^#([A-Z0-9_]+)=", text_of(ROOT / ".env.example"), flags=re.MULTILINE)
    assert {name.removesuffix("_FILE") for name in names} <= set(documented_variables())


def test_protocol_page_lists_every_error_code_and_no_other():
    codes = re.findall(r"`((?:image|job|server|rate|auth|protocol)\.\w+)`", text_of(DOCS / "protocol.md"))
    assert set(codes) == set(SENTENCES)


def test_protocol_page_lists_every_close_code():
    codes = {value for name, value in vars(close_codes).items() if name.isupper()}
    assert codes
    listed = set(map(int, re.findall(r"^\| (\d{4}) \|", text_of(DOCS / "protocol.md"), flags=re.MULTILINE)))
    assert codes <= listed


def test_reliability_page_has_a_row_for_every_tested_outage():
    rows = re.findall(r"^\| (\w+) \| (\w+) \|", text_of(DOCS / "reliability.md"), flags=re.MULTILINE)
    assert {(store, kind) for store in STORES for kind in OUTAGE_KINDS} <= set(rows)


def test_operations_page_describes_every_metric():
    page = text_of(DOCS / "operations.md")
    names = {metric.name for metric in REGISTRY.collect() if metric.name.startswith("classifier_")}
    assert [name for name in names if f"`{name}" not in page] == []


# --- Commands, executed as the pages state them --------------------------------------------------


@contextmanager
def started_server(command: str, folder: Path, **variables: str) -> Iterator[str]:
    """Start the server of a documented command and yield its URL."""
    process = subprocess.Popen(
        command,
        shell=True,
        cwd=ROOT,
        env=make_environment(folder, **variables),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        yield read_announced_url(process)
    finally:
        os.killpg(process.pid, 15)
        process.communicate(timeout=30)


def output_of(command: str, folder: Path) -> str:
    process = subprocess.run(
        command,
        shell=True,
        cwd=ROOT,
        env=make_environment(folder),
        capture_output=True,
        text=True,
        check=True,
    )
    return process.stdout


def page_at(url: str) -> str:
    with urllib.request.urlopen(url, timeout=10) as response:
        return str(response.read().decode())


def command_of_running(end: str) -> str:
    """Return the one command of ``docs/running.md`` that ends with ``end``."""
    (command,) = (command for command in commands_of(DOCS / "running.md") if command.endswith(end))
    return command


def test_readme_has_exactly_two_commands():
    assert commands_of(README) == ["make run", "make test"]


def test_running_page_has_only_commands_that_are_tested_here():
    ends = ["var/build/photos", "var/build/photos/chelsea.png", "make admin", "8001", "8000"]
    assert commands_of(DOCS / "running.md") == [command_of_running(end) for end in ends]


@pytest.mark.process
def test_make_run_serves_the_page(tmp_path):
    with started_server(commands_of(README)[0], tmp_path, PORT=str(free_port())) as url:
        assert "squirrel" in page_at(url)


@pytest.mark.process
@pytest.mark.parametrize("end", ["var/build/photos", "var/build/photos/chelsea.png"])
def test_classify_command_prints_one_line_for_each_photo(tmp_path, end):
    lines = output_of(command_of_running(end), tmp_path).splitlines()
    photos = [ROOT / end] if (ROOT / end).is_file() else [path for path in (ROOT / end).rglob("*") if path.is_file()]
    assert len(lines) == len(photos)
    assert all(any(photo.name in line for line in lines) for photo in photos)


@pytest.mark.process
def test_both_roles_in_two_terminals_work_together(tmp_path):
    ports = {"8000": str(free_port()), "8001": str(free_port())}
    backend, frontend = (
        re.sub("800[01]", lambda match: ports[match[0]], command_of_running(end)) for end in ("8001", "8000")
    )
    output_of(".venv/bin/python manage.py migrate", tmp_path)
    with started_server(backend, tmp_path, DEBUG="1"), started_server(frontend, tmp_path, DEBUG="1") as url:
        assert f"ws://127.0.0.1:{ports['8001']}/ws/classify" in page_at(url)


@pytest.mark.process
def test_make_admin_prints_a_password(tmp_path):
    assert "Password: " in output_of(command_of_running("make admin"), tmp_path)
