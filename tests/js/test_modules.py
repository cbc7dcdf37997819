"""Run the tests of the browser code in Node.js: they need no browser."""

import subprocess
from pathlib import Path

import pytest

from tests.js.node import find_node

NODE = find_node()
TESTS = sorted(Path(__file__).parent.glob("*.test.js"))


@pytest.mark.skipif(NODE is None, reason="Node.js is not installed")
def test_the_tests_of_the_browser_code_pass():
    process = subprocess.run([str(NODE), "--test", *map(str, TESTS)], capture_output=True, text=True, check=False)
    assert process.returncode == 0, process.stdout + process.stderr
