"""Reports, exit codes and diagnosis of the monitor."""

import json

import pytest

from infrastructure import monitor
from infrastructure.diagnostics import Finding
from infrastructure.monitor import Report
from infrastructure.service_health import ServiceHealth


def create_service(**values) -> ServiceHealth:
    healthy = {"name": "FrontendService", "desired": 2, "running": 2, "rollout": "COMPLETED", "targets": {"healthy": 2}}
    return ServiceHealth(**(healthy | values))


def create_report(**values) -> Report:
    return Report(**({"stack": "UPDATE_COMPLETE", "services": [create_service()]} | values))


def test_a_service_is_healthy_when_all_tasks_run_the_release_and_receive_requests():
    assert create_service().is_healthy


@pytest.mark.parametrize(
    "values",
    [
        {"rollout": "IN_PROGRESS"},
        {"rollout": "FAILED"},
        {"running": 1},
        {"targets": {"healthy": 1, "unhealthy": 1}},
        {"targets": {}},
        {"desired": 0, "running": 0, "targets": {}},
    ],
)
def test_a_service_with_an_unfinished_rollout_or_missing_tasks_is_not_healthy(values):
    assert not create_service(**values).is_healthy


def test_a_report_is_healthy_when_stack_services_and_alarms_are():
    assert create_report().is_healthy
    assert not create_report(services=[create_service(), create_service(running=0)]).is_healthy
    assert not create_report(alarms=["animal-classifier-backend-slow"]).is_healthy


@pytest.mark.parametrize("stack", ["MISSING", "UPDATE_ROLLBACK_COMPLETE", "UPDATE_IN_PROGRESS", "DELETE_COMPLETE"])
def test_a_stack_that_is_missing_changing_or_rolled_back_is_not_healthy(stack):
    assert not create_report(stack=stack).is_healthy


@pytest.mark.parametrize(("report", "exit_code"), [(create_report(), 0), (create_report(alarms=["x"]), 1)])
def test_the_exit_code_is_0_only_for_a_healthy_report(monkeypatch, capsys, report, exit_code):
    monkeypatch.setattr(monitor, "load_config", lambda: None)
    monkeypatch.setattr(monitor, "create_report", lambda account: report)
    assert monitor.main(["--once"]) == exit_code
    assert capsys.readouterr().out.rstrip().endswith("NOT HEALTHY" if exit_code else "HEALTHY")


def test_json_contains_the_health_of_the_report_and_of_each_service():
    report = json.loads(monitor.format_json(create_report(services=[create_service(running=1)])))
    service = report["services"][0]
    assert (report["healthy"], service["healthy"], service["running"]) == (False, False, 1)


def test_the_table_counts_tasks_and_targets():
    table = monitor.format_table(create_report())
    assert "FrontendService                 2/2  COMPLETED    2 healthy" in table


def test_diagnose_exits_with_1_when_one_check_fails(monkeypatch, capsys):
    findings = [Finding("DNS", ok=True, details="resolves"), Finding("certificate", ok=False, details="EXPIRED")]
    monkeypatch.setattr(monitor, "load_config", lambda: None)
    monkeypatch.setattr(monitor, "diagnose", lambda account: findings)
    assert monitor.main(["--diagnose"]) == 1
    assert "FAIL  certificate: EXPIRED" in capsys.readouterr().out
