"""``requirements/find-python`` selects the Python of the virtual environments. The interpreters here are stubs."""

import shutil
import subprocess

import pytest

from tests.server_process import ROOT


@pytest.fixture
def install(tmp_path):
    """Return a function that installs a stub interpreter. Without a minor version the stub is an unsupported Python."""

    def install(name: str, minor: int | None) -> None:
        answer = f'echo "$0 {minor}"' if minor else "echo is cpython 3.10; exit 1"
        stub = tmp_path / name
        stub.write_text(f"#!/bin/sh\n{answer}\n")
        stub.chmod(0o755)

    return install


@pytest.fixture
def find_python(tmp_path):
    """Return a function that runs the script with nothing but the stubs on the PATH."""

    def find_python(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [str(shutil.which("bash")), str(ROOT / "requirements" / "find-python"), *arguments]
        environment = {"PATH": str(tmp_path), "HOME": str(tmp_path)}
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    return find_python


def test_takes_python3_if_it_is_supported(install, find_python, tmp_path):
    install("python3", 12)
    install("python3.13", 13)
    assert find_python().stdout.strip() == str(tmp_path / "python3")


@pytest.mark.parametrize("minor", [None, 14])
def test_prefers_a_tested_version_to_a_python3_that_is_not(install, find_python, tmp_path, minor):
    install("python3", minor)
    install("python3.12", 12)
    assert find_python().stdout.strip() == str(tmp_path / "python3.12")


def test_takes_the_given_python_if_it_is_supported(install, find_python, tmp_path):
    install("python3", 13)
    install("python3.11", 11)
    assert find_python("python3.11").stdout.strip() == str(tmp_path / "python3.11")


def test_explains_why_it_replaces_the_given_python(install, find_python, tmp_path):
    install("python3", 13)
    install("python3.10", None)
    completed = find_python("python3.10")
    assert completed.stdout.strip() == str(tmp_path / "python3")
    assert "PYTHON is not usable: python3.10 is cpython 3.10" in completed.stderr


def test_warns_that_python_3_14_is_untried(install, find_python, tmp_path):
    install("python3", 14)
    completed = find_python()
    assert completed.stdout.strip() == str(tmp_path / "python3")
    assert "untried" in completed.stderr


def test_finds_the_oldest_and_the_newest_version(install, find_python, tmp_path):
    install("python3", 12)
    install("python3.11", 11)
    install("python3.13", 13)
    assert find_python("--oldest").stdout.strip() == str(tmp_path / "python3.11")
    assert find_python("--newest").stdout.strip() == str(tmp_path / "python3.13")


def test_fails_with_the_reason_if_no_python_is_supported(install, find_python):
    install("python3", None)
    completed = find_python()
    assert (completed.returncode, completed.stdout) == (1, "")
    assert "No supported Python found" in completed.stderr
    assert "python3 is cpython 3.10" in completed.stderr
