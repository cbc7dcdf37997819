"""Monitor of the deployment: services, tasks, targets, events, logs, alarms. Exit code 0 if everything is healthy.

./monitor-deployment.sh                  a table, refreshed every 5 s
./monitor-deployment.sh --once --json    one report as JSON
./monitor-deployment.sh --diagnose       checks for the most frequent problems
"""

import argparse
import json
import sys
import time
from dataclasses import asdict, dataclass, field

from botocore.exceptions import ClientError

from infrastructure.account import Account
from infrastructure.config import ROLES, load_config
from infrastructure.diagnostics import diagnose
from infrastructure.service_health import ServiceHealth, read_service_health

REFRESH_INTERVAL_S = 5
MAX_LINES = 5
CLEAR_SCREEN = "\x1b[2J\x1b[H"


@dataclass(frozen=True, kw_only=True)
class Report:
    """State of the deployment at one moment."""

    stack: str
    services: list[ServiceHealth]
    alarms: list[str] = field(default_factory=list)
    stack_events: list[str] = field(default_factory=list)
    logs: dict[str, list[str]] = field(default_factory=dict)

    @property
    def is_healthy(self) -> bool:
        """Return whether the stack is complete, both services are healthy and no alarm is active."""
        is_complete = self.stack.endswith("_COMPLETE") and "ROLLBACK" not in self.stack and "DELETE" not in self.stack
        return is_complete and not self.alarms and all(service.is_healthy for service in self.services)


def create_report(account: Account) -> Report:
    """Query the state of the deployment."""
    stack = account.describe_stack(account.product_stack)
    return Report(
        stack=stack["StackStatus"] if stack else "MISSING",
        services=[read_service_health(account, role) for role in ROLES],
        alarms=read_active_alarms(account),
        stack_events=read_stack_events(account),
        logs={role: read_log_tail(account, role) for role in ROLES},
    )


def read_active_alarms(account: Account) -> list[str]:
    """Return the names of the deployment's active alarms."""
    prefix = account.config.resource_name("animal-classifier-")
    response = account.client("cloudwatch").describe_alarms(AlarmNamePrefix=prefix, StateValue="ALARM")
    return [alarm["AlarmName"] for alarm in response["MetricAlarms"]]


def read_stack_events(account: Account) -> list[str]:
    """Return CloudFormation's most recent events."""
    try:
        response = account.client("cloudformation").describe_stack_events(StackName=account.product_stack)
    except ClientError:
        return []
    return [
        f"{event['Timestamp']:%H:%M:%S} {event['ResourceStatus']} {event['LogicalResourceId']}"
        f" {event.get('ResourceStatusReason', '')}".rstrip()
        for event in response["StackEvents"][:MAX_LINES]
    ]


def read_log_tail(account: Account, role: str) -> list[str]:
    """Return the last lines of a role's log."""
    group, logs = account.log_group(role), account.client("logs")
    try:
        streams = logs.describe_log_streams(logGroupName=group, orderBy="LastEventTime", descending=True, limit=1)
        name = streams["logStreams"][0]["logStreamName"]
        events = logs.get_log_events(logGroupName=group, logStreamName=name, limit=MAX_LINES)["events"]
    except (ClientError, IndexError):
        return []
    return [event["message"].rstrip() for event in events]


def format_json(report: Report) -> str:
    """Format the report for programs."""
    services = [asdict(service) | {"healthy": service.is_healthy} for service in report.services]
    return json.dumps(asdict(report) | {"services": services, "healthy": report.is_healthy}, indent=2)


def format_table(report: Report) -> str:
    """Format the report for people."""
    lines = [f"Stack: {report.stack}", f"{'service':<28}{'tasks':>7}  {'rollout':<12} targets"]
    for service in report.services:
        targets = ", ".join(f"{count} {state}" for state, count in sorted(service.targets.items())) or "none"
        count = f"{service.running}/{service.desired}"
        lines.append(f"{service.name:<28}{count:>7}  {service.rollout:<12} {targets}")
    lines += ["", f"Alarms: {', '.join(report.alarms) or 'none'}"]
    sections = {"CloudFormation": report.stack_events}
    sections |= {f"{service.name}: events": service.events[:MAX_LINES] for service in report.services}
    sections |= {f"{role}: log": log for role, log in report.logs.items()}
    for title, entries in sections.items():
        lines += ["", title, *(f"  {entry}"[:160] for entry in entries or ["none"])]
    return "\n".join([*lines, "", "HEALTHY" if report.is_healthy else "NOT HEALTHY"])


def refresh_forever(account: Account) -> None:
    """Refresh the table until Ctrl-C."""
    while True:
        show(CLEAR_SCREEN + format_table(create_report(account)))
        time.sleep(REFRESH_INTERVAL_S)


def show(text: str) -> None:
    """Print to the terminal."""
    print(text, flush=True)  # noqa: T201


def parse_arguments(arguments: list[str] | None) -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--once", action="store_true", help="print one report and exit")
    parser.add_argument("--json", action="store_true", help="print one report as JSON and exit")
    parser.add_argument("--diagnose", action="store_true", help="check for the most frequent problems and exit")
    return parser.parse_args(arguments)


def main(arguments: list[str] | None = None) -> int:
    """Return the exit code: 0 if everything is healthy, otherwise 1."""
    options = parse_arguments(arguments)
    account = Account(load_config())
    if options.diagnose:
        findings = diagnose(account)
        show("\n".join(str(finding) for finding in findings))
        return int(not all(finding.ok for finding in findings))
    if not (options.once or options.json):
        refresh_forever(account)
    report = create_report(account)
    show(format_json(report) if options.json else format_table(report))
    return int(not report.is_healthy)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(0)
