"""Static files as production serves them."""

import json
import re

import pytest
from django.conf import settings

from tests.running import manage


@pytest.fixture(scope="module")
def collected(tmp_path_factory):
    """Where ``collectstatic`` put everything."""
    build = tmp_path_factory.mktemp("build")
    manage(build, "collectstatic", "--no-input", "--verbosity", "0", BUILD_DIR=str(build))
    return build / "static"


@pytest.fixture(scope="module")
def names(collected):
    names: dict[str, str] = json.loads((collected / "staticfiles.json").read_text())["paths"]
    return names


def test_a_module_imports_hashed_modules_that_are_there(collected, names):
    page = collected / names["js/pages/upload.js"]
    imports = re.findall(r'from\s*"(\.\.?/[^"]+)"', page.read_text())
    assert imports
    for name in imports:
        assert re.search(r"\.[0-9a-f]{12}\.js$", name)
        assert (page.parent / name).exists()


def test_no_import_is_left_unhashed(collected, names):
    source = settings.BASE_DIR / "static"
    for name in (path.relative_to(source).as_posix() for path in (source / "js").rglob("*.js")):
        assert not re.search(r'from\s*"\.[./\w-]+(?<!\.[0-9a-f]{12})\.js"', (collected / names[name]).read_text()), name


def test_what_is_imported_later_is_hashed_too(collected, names):
    later = re.findall(r'import\("\.\./([^"]+)"\)', (collected / names["js/pages/upload.js"]).read_text())
    expected = ("answer/feedback", "answer/heatmap", "batch/batch-view", "camera/live-view")
    assert {f"js/{name}" for name in later} == {names[f"js/{name}.js"] for name in expected}


def test_files_of_ours_are_short():
    for path in (file for kind in ("css", "js", "svg") for file in (settings.BASE_DIR / "static").rglob(f"*.{kind}")):
        assert len(path.read_text(encoding="utf-8").splitlines()) <= 300, path.name


def test_scripts_write_text_never_markup():
    for path in (settings.BASE_DIR / "static/js").rglob("*.js"):
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(", path.read_text()), (
            path.name
        )
