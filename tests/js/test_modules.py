"""The browser's modules without a browser: ``node --test tests/js``, as one test here."""

import shutil
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parent


@pytest.mark.skipif(shutil.which("node") is None, reason="Node.js is not installed")
def test_the_browsers_modules_pass_their_own_tests():
    done = subprocess.run(["node", "--test", str(HERE)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
