"""The documents say what the code does."""

import os
import re
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from prometheus_client import REGISTRY

from classifier.errors import SENTENCES
from classifier.websocket import messages
from infrastructure.local.servers import free_port
from tests.reliability.test_stores_away import HARMS, PARTS
from tests.running import ROOT, announced, environment

README = (ROOT / "README.md").read_text(encoding="utf-8")
PROTOCOL = (ROOT / "docs" / "protocol.md").read_text(encoding="utf-8")
COMMANDS = [block.strip() for block in re.findall(r"```bash\n(.*?)```", README, flags=re.DOTALL)]


def variables_of_the_table() -> set[str]:
    rows = re.findall(r"^\| (`[A-Z].*?) \|", README, flags=re.MULTILINE)
    return set(re.findall(r"`([A-Z0-9_]+)`", " ".join(rows)))


def test_every_variable_that_settings_read_is_in_the_readme_and_no_other():
    source = (ROOT / "project" / "settings.py").read_text(encoding="utf-8")
    read = set(re.findall(r'env\.\w+\(\s*"([A-Z0-9_]+)"', source))
    assert variables_of_the_table() == read | {"SECRET_KEY_FILE", "METRICS_TOKEN_FILE"}


def test_every_code_is_in_the_protocols_document_and_no_other():
    written = set(re.findall(r"`((?:image|job|server|rate|auth|protocol)\.\w+)`", PROTOCOL))
    assert written == set(SENTENCES)


def test_every_close_code_is_in_the_protocols_document():
    codes = {value for name, value in vars(messages).items() if name.startswith("CLOSE_")}
    assert len(codes) == 6
    for code in codes:
        assert str(code) in PROTOCOL


@pytest.mark.parametrize("path", sorted(set(re.findall(r"\]\(((?!http)[^)#]+)\)", README))))
def test_every_link_of_the_readme_leads_somewhere(path):
    assert (ROOT / path).exists()


# --- Every command of the README, as it stands there -----------------------------------------------


@contextmanager
def started(command: str, folder, **variables: str) -> Iterator[str]:
    """A server that a command of the README starts; its URL."""
    process = subprocess.Popen(
        command,
        shell=True,
        cwd=ROOT,
        env=environment(folder, **variables),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        yield announced(process)
    finally:
        os.killpg(process.pid, 15)
        process.communicate(timeout=30)


def says(command: str, folder) -> str:
    done = subprocess.run(
        command,
        shell=True,
        cwd=ROOT,
        env=environment(folder),
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def page(url: str) -> str:
    with urllib.request.urlopen(url, timeout=10) as answer:
        return str(answer.read().decode())


def test_the_readme_has_just_the_commands_that_are_tried_here():
    assert [command.split()[-1] for command in COMMANDS] == [
        "run",
        "test",
        "var/build/photos",
        "var/build/photos/chelsea.png",
        "8001",
        "8000",
        "admin",
    ]


def test_make_run_serves_the_page(tmp_path):
    with started(COMMANDS[0], tmp_path, PORT=str(free_port())) as url:
        assert "squirrel" in page(url)


def test_make_test_runs_these_tests():
    assert "-m pytest" in says(f"{COMMANDS[1]} --dry-run", ROOT / "var" / "data")


@pytest.mark.parametrize("command", COMMANDS[2:4])
def test_the_command_line_answers(tmp_path, command):
    assert "chelsea.png" in says(command, tmp_path)


def test_the_two_terminals_work_together(tmp_path):
    ports = {"8000": str(free_port()), "8001": str(free_port())}
    backend, frontend = (re.sub("800[01]", lambda port: ports[port[0]], command) for command in COMMANDS[4:6])
    says(".venv/bin/python manage.py migrate", tmp_path)
    with started(backend, tmp_path, DEBUG="1"), started(frontend, tmp_path, DEBUG="1") as url:
        assert f"ws://127.0.0.1:{ports['8001']}/ws/classify" in page(url)


def test_make_admin_prints_a_password(tmp_path):
    assert "Password: " in says(COMMANDS[6], tmp_path)


def test_every_harm_to_every_store_has_its_row_in_the_reliability_document():
    rows = re.findall(
        r"^\| (\w+) \| (\w+) \|", (ROOT / "docs" / "reliability.md").read_text("utf-8"), flags=re.MULTILINE
    )
    assert {(part, how) for part in PARTS for how in HARMS} <= set(rows)


def test_every_figure_of_the_metrics_is_in_the_operations_document():
    written = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    names = {metric.name for metric in REGISTRY.collect() if metric.name.startswith("classifier_")}
    assert [name for name in names if f"`{name}" not in written] == []
