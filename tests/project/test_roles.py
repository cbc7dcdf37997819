"""The two roles: the routes that each serves, and a frontend without the model's packages."""

import json
import subprocess
import sys

import pytest

from project.roles import Role
from tests.server_process import ROOT, make_environment, running_server

MODEL_PACKAGES = "numpy,ai_edge_litert,tensorflow,keras,pillow_heif"
BACKEND = "ws://127.0.0.1:9"


@pytest.fixture(scope="module")
def frontend(tmp_path_factory):
    program = ("-m", "tests.without_packages", MODEL_PACKAGES, "serve", "--port", "0")
    folder = tmp_path_factory.mktemp("frontend")
    with running_server(folder, program=program, ROLE="frontend", BACKEND_WS_URL=BACKEND) as server:
        yield server


@pytest.fixture(scope="module")
def backend(tmp_path_factory):
    with running_server(
        tmp_path_factory.mktemp("backend"), ROLE="backend", FRONTEND_ORIGINS="http://a.example"
    ) as server:
        yield server


def test_each_role_has_its_capabilities():
    assert [(role.serves_pages, role.classifies) for role in Role] == [(True, False), (False, True), (True, True)]


def test_the_frontend_serves_its_page_without_the_models_packages(frontend):
    status, page = frontend.get("/")
    assert status == 200
    assert f"{BACKEND}/ws/classify".encode() in page


def test_the_frontend_serves_the_admin(frontend):
    assert frontend.get("/admin/login/")[0] == 200


def test_the_frontend_is_ready_without_a_model(frontend):
    assert frontend.get("/readyz") == (200, b'{"role": "frontend", "ready": true, "problem": null}')


@pytest.mark.process
def test_a_command_that_needs_the_models_packages_fails_without_them(tmp_path):
    command = [sys.executable, "-m", "tests.without_packages", MODEL_PACKAGES, "classify", "x"]
    completed = subprocess.run(
        command, cwd=ROOT, env=make_environment(tmp_path), capture_output=True, text=True, check=False
    )
    assert "(absent in this test)" in completed.stderr


def test_the_backend_serves_no_pages(backend):
    assert [backend.get(path)[0] for path in ("/", "/admin/")] == [404, 404]


def test_the_backend_is_ready_when_its_port_is_open(backend):
    status, body = backend.get("/readyz")
    assert (status, json.loads(body)["ready"]) == (200, True)


@pytest.mark.parametrize("path", ["/livez", "/readyz"])
def test_health_endpoints_accept_any_host_header(backend, path):
    assert backend.get(path, host="172.16.0.9:8000")[0] == 200


def test_other_paths_reject_an_unknown_host_header(frontend):
    assert frontend.get("/", host="rebound.example")[0] == 400
