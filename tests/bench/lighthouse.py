"""Run Lighthouse on the pages as ``make run`` serves them: ``make lighthouse`` (needs Node.js and Chromium).

Prints a table, writes the reports to test-results/lighthouse/, and exits with 1 if a score is below ``MIN_SCORE``.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from itertools import product
from pathlib import Path
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")

from tests.e2e.conftest import BROWSERS
from tests.server_process import ROOT, make_build_dir, running_server

LIGHTHOUSE = "lighthouse@12.8.2"
REPORTS = ROOT / "test-results" / "lighthouse"
PAGES = ("/", "/model")
LANGUAGES = ("en", "de")
PRESETS: dict[str, tuple[str, ...]] = {"mobile": (), "desktop": ("--preset=desktop",)}
#: Goal for each category, of 100 points.
MIN_SCORE = 95


def main() -> None:
    REPORTS.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        build = make_build_dir(Path(folder) / "build")
        with running_server(Path(folder) / "data", BUILD_DIR=str(build)) as server:
            rows = [_measure(server.url, *combination) for combination in product(PAGES, LANGUAGES, PRESETS)]
    sys.stdout.write(f"{_table(rows)}\n")
    raise SystemExit(any(score < MIN_SCORE for row in rows for score in row["scores"].values()))


def _measure(url: str, page: str, language: str, preset: str) -> dict[str, Any]:
    report = _run_lighthouse(f"{url}{page}", language, preset)
    scores = {name: round(100 * category["score"]) for name, category in report["categories"].items()}
    return {"page": page, "language": language, "preset": preset, "scores": scores}


def _run_lighthouse(url: str, language: str, preset: str) -> dict[str, Any]:
    path = REPORTS / f"{url.rpartition('/')[2] or 'index'}-{language}-{preset}.json"
    headers = json.dumps({"Accept-Language": language})
    command = ["npx", "--yes", LIGHTHOUSE, url, "--quiet", "--output=json", f"--output-path={path}"]
    flags = ["--chrome-flags=--headless=new --no-sandbox --disable-gpu", f"--extra-headers={headers}"]
    browser = next(filter(None, map(shutil.which, BROWSERS)), "")
    subprocess.run([*command, *flags, *PRESETS[preset]], check=True, env={**os.environ, "CHROME_PATH": browser})
    report: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return report


def _table(rows: list[dict[str, Any]]) -> str:
    names = list(rows[0]["scores"])
    header = [f"| page | language | preset | {' | '.join(names)} |", "|---" * (3 + len(names)) + "|"]
    cells = [[row["page"], row["language"], row["preset"], *map(str, row["scores"].values())] for row in rows]
    return "\n".join([*header, *(f"| {' | '.join(row)} |" for row in cells)])


if __name__ == "__main__":
    main()
