"""One codebase, two roles: what each serves, and what the frontend does without."""

import http.client
import json
import subprocess
import sys
from contextlib import closing
from urllib.parse import urlsplit

import pytest

from project.roles import Role
from tests.server_process import ROOT, RunningServer, make_environment, running_server

HEAVY = "numpy,ai_edge_litert,tensorflow,keras,pillow_heif"
BACKEND = "ws://127.0.0.1:9"


def get(server: RunningServer, path: str, host: str | None = None) -> tuple[int, bytes]:
    with closing(http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=10)) as line:
        line.request("GET", path, headers={"Host": host} if host else {})
        answer = line.getresponse()
        return answer.status, answer.read()


@pytest.fixture(scope="module")
def frontend(tmp_path_factory):
    program = ("-m", "tests.without_packages", HEAVY, "serve", "--port", "0")
    folder = tmp_path_factory.mktemp("frontend")
    with running_server(folder, program=program, ROLE="frontend", BACKEND_WS_URL=BACKEND) as server:
        yield server


@pytest.fixture(scope="module")
def backend(tmp_path_factory):
    with running_server(
        tmp_path_factory.mktemp("backend"), ROLE="backend", FRONTEND_ORIGINS="http://a.example"
    ) as server:
        yield server


def test_capabilities_follow_from_the_role():
    assert [(role.serves_pages, role.classifies) for role in Role] == [(True, False), (False, True), (True, True)]


def test_the_frontend_serves_its_page_without_numpy_litert_or_tensorflow(frontend):
    status, page = get(frontend, "/")
    assert status == 200
    assert f"{BACKEND}/ws/classify".encode() in page


def test_the_frontend_serves_the_admin(frontend):
    assert get(frontend, "/admin/login/")[0] == 200


def test_the_frontend_is_ready_without_a_model(frontend):
    assert get(frontend, "/readyz") == (200, b'{"role": "frontend", "ready": true, "problem": null}')


def test_the_absent_packages_are_absent_indeed(tmp_path):
    command = [sys.executable, "-m", "tests.without_packages", HEAVY, "classify", "x"]
    done = subprocess.run(
        command, cwd=ROOT, env=make_environment(tmp_path), capture_output=True, text=True, check=False
    )
    assert "(absent in this test)" in done.stderr


def test_the_backend_serves_no_pages(backend):
    assert [get(backend, path)[0] for path in ("/", "/admin/")] == [404, 404]


def test_the_backend_is_ready_when_the_port_is_open(backend):
    status, said = get(backend, "/readyz")
    assert (status, json.loads(said)["ready"]) == (200, True)


@pytest.mark.parametrize("path", ["/livez", "/readyz"])
def test_health_answers_whatever_host_a_load_balancer_names(backend, path):
    assert get(backend, path, host="172.16.0.9:8000")[0] == 200


def test_other_paths_refuse_an_unknown_host(frontend):
    assert get(frontend, "/", host="rebound.example")[0] == 400
