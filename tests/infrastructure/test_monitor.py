"""What the monitor makes of what AWS says."""

import json

import pytest

from infrastructure import monitor
from infrastructure.diagnose import Finding
from infrastructure.health import ServiceHealth
from infrastructure.monitor import Report


def service(**other) -> ServiceHealth:
    well = {"name": "FrontendService", "desired": 2, "running": 2, "rollout": "COMPLETED", "targets": {"healthy": 2}}
    return ServiceHealth(**(well | other))


def report(**other) -> Report:
    return Report(**({"stack": "UPDATE_COMPLETE", "services": [service()]} | other))


def test_all_tasks_of_the_wanted_release_behind_their_load_balancer_are_healthy():
    assert service().healthy


@pytest.mark.parametrize(
    "other",
    [
        {"rollout": "IN_PROGRESS"},
        {"rollout": "FAILED"},
        {"running": 1},
        {"targets": {"healthy": 1, "unhealthy": 1}},
        {"targets": {}},
        {"desired": 0, "running": 0, "targets": {}},
    ],
)
def test_anything_less_is_not(other):
    assert not service(**other).healthy


def test_a_report_is_healthy_when_stack_services_and_alarms_are():
    assert report().healthy
    assert not report(services=[service(), service(running=0)]).healthy
    assert not report(alarms=["animal-classifier-backend-slow"]).healthy


@pytest.mark.parametrize("stack", ["MISSING", "UPDATE_ROLLBACK_COMPLETE", "UPDATE_IN_PROGRESS", "DELETE_COMPLETE"])
def test_a_stack_that_was_put_back_or_is_on_its_way_is_not_healthy(stack):
    assert not report(stack=stack).healthy


@pytest.mark.parametrize(("found", "code"), [(report(), 0), (report(alarms=["x"]), 1)])
def test_the_exit_code_tells_health(monkeypatch, capsys, found, code):
    monkeypatch.setattr(monitor.configuration, "read", lambda: None)
    monkeypatch.setattr(monitor, "look", lambda account: found)
    assert monitor.main(["--once"]) == code
    assert capsys.readouterr().out.rstrip().endswith("NOT HEALTHY" if code else "HEALTHY")


def test_json_says_health_of_each_service_and_of_all():
    said = json.loads(monitor.as_json(report(services=[service(running=1)])))
    assert (said["healthy"], said["services"][0]["healthy"], said["services"][0]["running"]) == (False, False, 1)


def test_the_table_counts_tasks_and_targets():
    assert "FrontendService                 2/2  COMPLETED    2 healthy" in monitor.as_table(report())


def test_diagnose_exits_1_when_one_thing_is_wrong(monkeypatch, capsys):
    monkeypatch.setattr(monitor.configuration, "read", lambda: None)
    findings = [Finding("DNS", good=True, said="leads there"), Finding("certificate", good=False, said="EXPIRED")]
    monkeypatch.setattr(monitor.diagnose, "diagnose", lambda account: findings)
    assert monitor.main(["--diagnose"]) == 1
    assert "LOOK  certificate: EXPIRED" in capsys.readouterr().out
