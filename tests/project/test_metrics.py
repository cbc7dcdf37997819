"""Metrics of a running server, access to them, and its JSON log."""

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

TOKEN = "a token for these tests"


def get_metrics(server, **headers: str) -> str:
    request = urllib.request.Request(f"{server.url}/metrics", headers=headers)
    with urllib.request.urlopen(request, timeout=10) as response:
        return str(response.read().decode())


def value_of(series: str, exposition: str) -> float:
    match = re.search(rf"^{re.escape(series)} (\S+)$", exposition, flags=re.MULTILINE)
    assert match, f"{series} is not in\n{exposition}"
    return float(match[1])


def error_status(server, **headers: str) -> int:
    with pytest.raises(urllib.error.HTTPError) as error:
        get_metrics(server, **headers)
    error.value.close()
    return error.value.code


@pytest.mark.process
async def test_metrics_count_jobs_their_times_and_errors(tmp_path, photos):
    image = (photos / "chelsea.png").read_bytes()
    with running_server(tmp_path, ROLE="backend", WORKERS="1") as server:
        async with authenticated_client(server, tickets.issue(OWNER, server.url)) as client:
            await client.classify(image)
            await client.classify(b"not an image")
            exposition = get_metrics(server)
    assert value_of('classifier_jobs_total{outcome="answered"}', exposition) == 1
    assert value_of('classifier_jobs_total{outcome="image.unreadable"}', exposition) == 1
    assert value_of('classifier_errors_total{code="image.unreadable"}', exposition) == 1
    for part in ("queue", "decode", "inference"):
        assert value_of(f"classifier_{part}_seconds_count", exposition) == 1
        assert 0 <= value_of(f"classifier_{part}_seconds_sum", exposition) < 10
    assert value_of("classifier_sockets", exposition) == 1
    assert value_of("classifier_jobs_in_flight", exposition) == 0
    assert value_of("classifier_workers", exposition) == 1
    assert 'classifier_model_info{name="MobileNetV2"' in exposition


def test_without_a_token_only_direct_local_requests_get_metrics(server):
    assert "classifier_jobs" in get_metrics(server)
    assert error_status(server, **{"X-Forwarded-For": "127.0.0.1"}) == 404


@pytest.mark.process
def test_with_a_token_only_requests_with_it_get_metrics(tmp_path):
    with running_server(tmp_path, ROLE="frontend", BACKEND_WS_URL="ws://127.0.0.1:9", METRICS_TOKEN=TOKEN) as server:
        proxy_headers = {"Authorization": f"Bearer {TOKEN}", "X-Forwarded-For": "192.0.2.1"}
        assert "process_resident_memory_bytes" in get_metrics(server, **proxy_headers)
        assert error_status(server) == 404
        assert error_status(server, Authorization="Bearer something else") == 404


@pytest.fixture
def logging_backend(tmp_path):
    """Start a backend with JSON logs and CloudWatch lines.

    Yields the server and a function that stops it after the next CloudWatch line and returns its whole log.
    """
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

    def stop_and_read_log() -> str:
        assert process.stdout
        lines = [process.stdout.readline()]
        while "JobsInFlight" not in lines[-1]:
            lines.append(process.stdout.readline())
        process.terminate()
        # Not communicate(): it would lose the lines that readline() has buffered.
        return "".join(lines) + process.stdout.read()

    yield RunningServer(read_announced_url(process), tmp_path, psutil.Process(process.pid)), stop_and_read_log
    process.kill()
    process.communicate()


@pytest.mark.process
async def test_json_logs_describe_a_job_without_file_name_address_or_owner(logging_backend, photos):
    server, stop_and_read_log = logging_backend
    async with authenticated_client(server, tickets.issue(OWNER, server.url)) as client:
        job = (await client.classify((photos / "chelsea.png").read_bytes(), name="my cat.png"))["id"]
    log = stop_and_read_log()
    entries = [json.loads(line) for line in log.splitlines() if line.startswith("{")]
    [entry] = [entry for entry in entries if entry.get("job") == job]
    assert {"time", "level", "logger", "message", "queue_ms", "decode_ms", "infer_ms", "total_ms"} <= set(entry)
    assert not any(private in log for private in ("my cat", "127.0.0.1", str(OWNER), OWNER.hex))


def test_an_emf_line_holds_one_value_of_jobs_in_flight_per_second():
    line = json.loads(metrics.format_emf([0, 3, 2], at=time.time()))
    [definition] = line["_aws"]["CloudWatchMetrics"]
    assert {metric["Name"] for metric in definition["Metrics"]} == {"JobsInFlight", "Workers"}
    assert (line["JobsInFlight"], definition["Dimensions"], line["Role"]) == ([0, 3, 2], [["Role"]], "all")
