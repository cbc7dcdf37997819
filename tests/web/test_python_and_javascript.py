"""Constants and formats that exist in Python and in JavaScript."""

import json
import re
import shutil
import subprocess

import pytest
from django.conf import settings
from django.utils import translation

from classifier import errors
from classifier.imaging import limits
from classifier.websocket import close_codes, messages
from web import wording

SOURCE = (settings.BASE_DIR / "static/js/connection/protocol.js").read_text(encoding="utf-8")
NUMBERS = {name: int(value.replace("_", "")) for name, value in re.findall(r"export const (\w+) = ([\d_]+);", SOURCE)}


@pytest.mark.parametrize("name", sorted(NUMBERS.keys() & vars(messages).keys()))
def test_a_limit_of_the_wire_format_has_the_same_value_in_javascript(name):
    assert getattr(messages, name) == NUMBERS[name]


def test_every_close_code_in_javascript_is_one_of_the_server():
    server_codes = {value for name, value in vars(close_codes).items() if name.isupper()}
    assert {value for name, value in NUMBERS.items() if name.startswith("CLOSE_")} <= server_codes


def test_javascript_has_the_same_subprotocol_and_photo_size_limit():
    assert f'SUBPROTOCOL = "{messages.SUBPROTOCOL}"' in SOURCE
    assert "MAX_BYTES = 10 * 1024 * 1024" in SOURCE
    assert limits.MAX_BYTES == 10 * 1024 * 1024


def test_javascript_has_every_error_code_of_the_server():
    listed = re.search(r"SERVER_CODES = Object.freeze\(\[(.*?)\]", SOURCE, re.DOTALL)
    assert listed
    assert set(re.findall(r'"([a-z_.]+)"', listed[1])) == set(errors.SENTENCES)


FORMAT_SCORES = """
import { scorePercent } from "./static/js/i18n/messages.js";
import { setCatalogue } from "./static/js/i18n/gettext.js";
const scores = JSON.parse(process.argv[1]);
const english = scores.map(scorePercent);
setCatalogue("de", {});
console.log(JSON.stringify({ en: english, de: scores.map(scorePercent) }));
"""


@pytest.mark.skipif(shutil.which("node") is None, reason="Node.js is not installed")
def test_python_and_javascript_format_percentages_alike_in_both_languages():
    scores = [0, 0.0049, 0.005, 0.125, 0.5, 0.8213, 0.985, 0.9949, 0.995, 1]
    command = ["node", "--input-type=module", "--eval", FORMAT_SCORES, json.dumps(scores)]
    process = subprocess.run(command, cwd=settings.BASE_DIR, capture_output=True, text=True, check=True)
    for language, formatted in json.loads(process.stdout).items():
        with translation.override(language):
            assert [wording.percent(score) for score in scores] == formatted


def test_formats_a_score_as_a_whole_percentage_below_100():
    assert [wording.percent(score) for score in (0.8213, 0.001, 0.999)] == ["82%", "<1%", ">99%"]
    with translation.override("de"):
        assert wording.percent(0.8213) == "82\u00a0%"
