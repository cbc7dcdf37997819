"""Static files as production serves them."""

import json
import re
from pathlib import Path

import pytest
from django.conf import settings

from tests.shared_build import get_build_dir

pytestmark = pytest.mark.process


@pytest.fixture(scope="module")
def collected(tmp_path_factory):
    """Folder with the output of ``collectstatic``."""
    return get_build_dir(tmp_path_factory) / "static"


@pytest.fixture(scope="module")
def hashed_names(collected):
    names: dict[str, str] = json.loads((collected / "staticfiles.json").read_text())["paths"]
    return names


def assert_imports_hashed_files(script: Path, import_pattern: str) -> None:
    names = re.findall(import_pattern, script.read_text())
    assert names
    for name in names:
        assert re.search(r"\.[0-9a-f]{12}\.js$", name)
        assert (script.parent / name).exists()


def test_the_upload_script_imports_hashed_modules_that_exist(collected, hashed_names):
    script = collected / hashed_names["js/pages/upload.js"]
    assert_imports_hashed_files(script, r'from\s*"(\.\.?/[^"]+)"')


def test_no_module_imports_another_without_its_hash(collected, hashed_names):
    source = settings.BASE_DIR / "static"
    for name in (path.relative_to(source).as_posix() for path in (source / "js").rglob("*.js")):
        script = (collected / hashed_names[name]).read_text()
        assert not re.search(r'from\s*"\.[./\w-]+(?<!\.[0-9a-f]{12})\.js"', script), name


def test_modules_imported_on_demand_are_hashed(collected, hashed_names):
    script = collected / hashed_names["js/pages/upload.js"]
    assert_imports_hashed_files(script, r'import\("([^"]+)"\)')


def test_scripts_never_write_markup():
    for path in (settings.BASE_DIR / "static/js").rglob("*.js"):
        script = path.read_text()
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(", script), path.name
