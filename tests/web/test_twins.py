"""What the browser and the server must agree on, held against each other."""

import re

import pytest
from django.conf import settings

from classifier import errors
from classifier.imaging import limits
from classifier.websocket import close_codes, messages

SOURCE = (settings.BASE_DIR / "static/js/connection/protocol.js").read_text(encoding="utf-8")
NUMBERS = {name: int(value.replace("_", "")) for name, value in re.findall(r"export const (\w+) = ([\d_]+);", SOURCE)}


@pytest.mark.parametrize("name", sorted(NUMBERS.keys() & vars(messages).keys()))
def test_a_number_of_the_wire_is_the_same_on_both_sides(name):
    assert getattr(messages, name) == NUMBERS[name]


def test_a_close_code_is_known_on_both_sides():
    known = {value for name, value in vars(close_codes).items() if name.isupper()}
    assert {value for name, value in NUMBERS.items() if name.startswith("CLOSE_")} <= known


def test_the_browser_knows_the_subprotocol_and_the_size():
    assert f'SUBPROTOCOL = "{messages.SUBPROTOCOL}"' in SOURCE
    assert "MAX_BYTES = 10 * 1024 * 1024" in SOURCE
    assert limits.MAX_BYTES == 10 * 1024 * 1024


def test_the_browser_knows_every_code():
    listed = re.search(r"CODES = Object.freeze\(\[(.*?)\]", SOURCE, re.DOTALL)
    assert listed
    assert set(re.findall(r'"([a-z_.]+)"', listed[1])) == set(errors.SENTENCES)
