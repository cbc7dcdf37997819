"""Collect the static files once for all pytest workers: compressing a thousand files takes seconds."""

import fcntl
import os
from pathlib import Path

import pytest

from tests.server_process import make_build_dir


def get_build_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a ``BUILD_DIR`` with the model of this machine and the current static files. The first worker makes it."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent  # the workers' folders are in one folder of the test run
    build, finished = folder / "build", folder / "build-finished"
    with (folder / "build-lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not finished.exists():
            make_build_dir(build)
            finished.touch()
    return build
