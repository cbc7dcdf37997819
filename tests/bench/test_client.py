"""The example client against a real server."""

import asyncio
import json
import subprocess
import sys

import pytest

from tests.bench.client import RejectedError, Ticket, connected_client, get_ticket
from tests.server_process import ROOT


def run_client(server, *arguments) -> subprocess.CompletedProcess[str]:
    """Run the command line: options, and at the end the photo."""
    command = [sys.executable, "-m", "tests.bench.client", *map(str, arguments[:-1]), server.url, str(arguments[-1])]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


async def test_the_client_gets_a_ticket_from_the_page_and_an_answer(server, chelsea):
    async with connected_client(get_ticket(server.url)) as client:
        answer = await client.classify(chelsea)
    assert (answer.sentence, answer.squirrel) == ("That is a cat.", "no")
    assert answer.fields["predictions"][0]["score"] < answer.score < answer.animal


async def test_the_client_answers_more_photos_than_the_server_accepts_at_once(server, chelsea):
    async with connected_client(get_ticket(server.url)) as client:
        count = 3 * client.hello["limits"]["max_in_flight"]
        answers = await asyncio.gather(*(client.classify(chelsea, views="fast") for _ in range(count)))
    assert len({answer.fields["id"] for answer in answers}) == count


async def test_a_rejected_photo_raises_an_error_and_the_next_photo_is_answered(server, chelsea):
    async with connected_client(get_ticket(server.url)) as client:
        with pytest.raises(RejectedError) as rejection:
            await client.classify(b"no picture")
        assert rejection.value.code == "image.unreadable"
        assert (await client.classify(chelsea, views="fast")).squirrel == "no"


async def test_a_forged_ticket_raises_an_error(server):
    with pytest.raises(RejectedError, match=r"auth\.invalid"):
        async with connected_client(Ticket("forged", server.socket_url)):
            pass


def test_the_command_line_prints_one_line_per_photo(server, photos):
    completed = run_client(server, photos / "chelsea.png")
    assert completed.stdout == f"{photos / 'chelsea.png'}: That is a cat. Squirrel: no.\n"


def test_the_command_line_prints_json_and_fails_for_a_rejected_file(server, photos, tmp_path):
    assert json.loads(run_client(server, "--json", photos / "coffee.png").stdout)["verdict"]["kind"] == "none"
    (tmp_path / "notes.txt").write_text("no picture")
    completed = run_client(server, "--json", tmp_path / "notes.txt")
    assert (json.loads(completed.stdout)["code"], completed.returncode) == ("image.unreadable", 1)
