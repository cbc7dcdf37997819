"""Run the tests of the browser code in Node.js: they need no browser."""

import shutil
import subprocess
from pathlib import Path

import pytest

TESTS = sorted(map(str, Path(__file__).parent.glob("*.test.js")))


@pytest.mark.skipif(shutil.which("node") is None, reason="Node.js is not installed")
def test_the_tests_of_the_browser_code_pass():
    process = subprocess.run(["node", "--test", *TESTS], capture_output=True, text=True, check=False)
    assert process.returncode == 0, process.stdout + process.stderr
