"""The client for people: against the real server, as they would use it."""

import asyncio
import json
import subprocess
import sys

import pytest

from tests.bench.client import Refused, Ticket, connected, get_ticket
from tests.server_process import ROOT


def asked(server, *arguments) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.bench.client", *map(str, arguments[:-1]), server.url, str(arguments[-1])]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


async def test_it_takes_a_ticket_from_the_page_and_answers(server, chelsea):
    async with connected(get_ticket(server.url)) as client:
        answer = await client.classify(chelsea)
    assert (answer.sentence, answer.squirrel) == ("That is a cat.", "no")
    assert answer.fields["predictions"][0]["score"] < answer.score < answer.animal


async def test_more_photos_than_the_server_takes_at_once_are_all_answered(server, chelsea):
    async with connected(get_ticket(server.url)) as client:
        many = 3 * client.hello["limits"]["max_in_flight"]
        answers = await asyncio.gather(*(client.classify(chelsea, views="fast") for _ in range(many)))
    assert len({answer.fields["id"] for answer in answers}) == many


async def test_a_refused_photo_says_why_and_the_next_is_answered(server, chelsea):
    async with connected(get_ticket(server.url)) as client:
        with pytest.raises(Refused) as refusal:
            await client.classify(b"no picture")
        assert refusal.value.code == "image.unreadable"
        assert (await client.classify(chelsea, views="fast")).squirrel == "no"


async def test_a_wrong_ticket_is_refused_in_words(server):
    with pytest.raises(Refused, match=r"auth\.invalid"):
        async with connected(Ticket("forged", server.socket_url)):
            pass


def test_the_command_line_says_one_line_a_photo(server, photos):
    done = asked(server, photos / "chelsea.png")
    assert done.stdout == f"{photos / 'chelsea.png'}: That is a cat. Squirrel: no.\n"


def test_the_command_line_gives_whole_answers_as_json_and_fails_for_a_refused_file(server, photos, tmp_path):
    assert json.loads(asked(server, "--json", photos / "coffee.png").stdout)["verdict"]["kind"] == "none"
    (tmp_path / "notes.txt").write_text("no picture")
    done = asked(server, "--json", tmp_path / "notes.txt")
    assert (json.loads(done.stdout)["code"], done.returncode) == ("image.unreadable", 1)
