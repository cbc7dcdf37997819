"""What a running server says of itself, and to whom."""

import json
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request

import psutil
import pytest

from classifier.websocket import tickets
from project import metrics
from tests.classifier.records import OWNER
from tests.server_process import ROOT, RunningServer, make_environment, manage, read_announced_url, running_server
from tests.websocket_client import authenticated_client

TOKEN = "a token of this test alone"


def page(server, **headers: str) -> str:
    with urllib.request.urlopen(urllib.request.Request(f"{server.url}/metrics", headers=headers), timeout=10) as answer:
        return str(answer.read().decode())


def value(said: str, series: str) -> float:
    found = re.search(rf"^{re.escape(series)} (\S+)$", said, flags=re.MULTILINE)
    assert found, f"{series} is not in\n{said}"
    return float(found[1])


def refusal(server, **headers: str) -> int:
    with pytest.raises(urllib.error.HTTPError) as fault:
        page(server, **headers)
    fault.value.close()
    return fault.value.code


async def test_jobs_their_times_and_errors_are_counted(tmp_path, photos):
    picture = (photos / "chelsea.png").read_bytes()
    with running_server(tmp_path, ROLE="backend", WORKERS="1") as server:
        async with authenticated_client(server, tickets.issue(OWNER, server.url)) as client:
            await client.classify(picture)
            await client.classify(b"no picture")
            said = page(server)
    assert value(said, 'classifier_jobs_total{outcome="answered"}') == 1
    assert value(said, 'classifier_jobs_total{outcome="image.unreadable"}') == 1
    assert value(said, 'classifier_errors_total{code="image.unreadable"}') == 1
    for part in ("queue", "decode", "inference"):
        assert value(said, f"classifier_{part}_seconds_count") == 1
        assert 0 <= value(said, f"classifier_{part}_seconds_sum") < 10
    assert value(said, "classifier_sockets") == 1
    assert value(said, "classifier_jobs_in_flight") == 0
    assert value(said, "classifier_workers") == 1
    assert 'classifier_model_info{name="MobileNetV2"' in said


def test_without_a_token_they_are_for_this_machine_and_no_proxy(server):
    assert "classifier_jobs" in page(server)
    assert refusal(server, **{"X-Forwarded-For": "127.0.0.1"}) == 404


def test_a_token_opens_them_and_nothing_else_does(tmp_path):
    with running_server(tmp_path, ROLE="frontend", BACKEND_WS_URL="ws://127.0.0.1:9", METRICS_TOKEN=TOKEN) as server:
        through_a_proxy = {"Authorization": f"Bearer {TOKEN}", "X-Forwarded-For": "192.0.2.1"}
        assert "process_resident_memory_bytes" in page(server, **through_a_proxy)
        assert refusal(server) == 404
        assert refusal(server, Authorization="Bearer something else") == 404


@pytest.fixture
def telling(tmp_path):
    """A backend whose whole log is read; it ends when it has told CloudWatch something."""
    variables = {"ROLE": "backend", "LOG_FORMAT": "json", "EMF_EVERY_S": "1"}
    manage(tmp_path, "migrate", "--verbosity", "0", **variables)
    process = subprocess.Popen(
        [sys.executable, "manage.py", "serve", "--port", "0"],
        cwd=ROOT,
        env=make_environment(tmp_path, **variables),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )

    def rest_of_log() -> str:
        assert process.stdout
        lines = [process.stdout.readline()]
        while "JobsInFlight" not in lines[-1]:
            lines.append(process.stdout.readline())
        process.terminate()
        return "".join(lines) + process.communicate(timeout=30)[0]

    yield RunningServer(read_announced_url(process), tmp_path, psutil.Process(process.pid)), rest_of_log
    process.kill()


async def test_json_logs_tell_of_a_job_and_of_nobody(telling, photos):
    server, rest_of_log = telling
    async with authenticated_client(server, tickets.issue(OWNER, server.url)) as client:
        job = (await client.classify((photos / "chelsea.png").read_bytes(), name="my cat.png"))["id"]
    log = rest_of_log()
    said = [json.loads(line) for line in log.splitlines() if line.startswith("{")]
    [told] = [line for line in said if line.get("job") == job]
    assert {"time", "level", "logger", "message", "queue_ms", "decode_ms", "infer_ms", "total_ms"} <= set(told)
    assert not any(word in log for word in ("my cat", "127.0.0.1", str(OWNER), OWNER.hex))


def test_cloudwatch_gets_a_second_by_second_account_of_jobs_in_flight():
    line = json.loads(metrics.emf_line([0, 3, 2], at=time.time()))
    [about] = line["_aws"]["CloudWatchMetrics"]
    assert {metric["Name"] for metric in about["Metrics"]} == {"JobsInFlight", "Workers"}
    assert (line["JobsInFlight"], about["Dimensions"], line["Role"]) == ([0, 3, 2], [["Role"]], "all")
