"""How the deployment is, live: services, tasks, targets, events, logs, alarms. The exit code says whether it is well.

./monitor-deployment.sh                  a table that renews itself
./monitor-deployment.sh --once --json    once, for programs
./monitor-deployment.sh --diagnose       what is most often wrong, looked at one by one
"""

import argparse
import json
import sys
import time
from dataclasses import asdict, dataclass, field
from typing import Any

from botocore.exceptions import ClientError

from infrastructure import config as configuration
from infrastructure import diagnose, health
from infrastructure.aws import Account
from infrastructure.health import ServiceHealth

LOOK_EVERY_S = 5
LINES = 5
CLEAR = "\x1b[2J\x1b[H"


@dataclass(frozen=True, kw_only=True)
class Report:
    """Everything at one moment."""

    stack: str
    services: list[ServiceHealth]
    alarms: list[str] = field(default_factory=list)
    stack_events: list[str] = field(default_factory=list)
    logs: dict[str, list[str]] = field(default_factory=dict)

    @property
    def healthy(self) -> bool:
        """The stack stands, both services are healthy, no alarm is on."""
        stands = self.stack.endswith("_COMPLETE") and "ROLLBACK" not in self.stack and "DELETE" not in self.stack
        return stands and not self.alarms and all(service.healthy for service in self.services)


def look(account: Account) -> Report:
    """Asks AWS everything that a report says."""
    return Report(
        stack=stack_status(account),
        services=[health.read(account, role) for role in health.ROLES],
        alarms=alarms(account),
        stack_events=stack_events(account),
        logs={role: log_tail(account, role) for role in health.ROLES},
    )


def stack_status(account: Account) -> str:
    """CloudFormation's word for the stack; ``MISSING`` when there is none."""
    if not account.stands(account.product):
        return "MISSING"
    status: str = account.client("cloudformation").describe_stacks(StackName=account.product)["Stacks"][0][
        "StackStatus"
    ]
    return status


def alarms(account: Account) -> list[str]:
    """The names of this deployment's alarms that are on."""
    prefix = account.config.name("animal-classifier-")
    found = account.client("cloudwatch").describe_alarms(AlarmNamePrefix=prefix, StateValue="ALARM")
    return [alarm["AlarmName"] for alarm in found["MetricAlarms"]]


def stack_events(account: Account) -> list[str]:
    """The youngest things that CloudFormation did."""
    try:
        found = account.client("cloudformation").describe_stack_events(StackName=account.product)["StackEvents"]
    except ClientError:
        return []
    return [
        f"{event['Timestamp']:%H:%M:%S} {event['ResourceStatus']} {event['LogicalResourceId']}"
        f" {event.get('ResourceStatusReason', '')}".rstrip()
        for event in found[:LINES]
    ]


def log_tail(account: Account, role: str) -> list[str]:
    """The last lines of the role's log."""
    group, logs = account.config.name(f"/aws/ecs/{role}"), account.client("logs")
    try:
        streams = logs.describe_log_streams(logGroupName=group, orderBy="LastEventTime", descending=True, limit=1)
        name = streams["logStreams"][0]["logStreamName"]
        events = logs.get_log_events(logGroupName=group, logStreamName=name, limit=LINES)["events"]
    except (ClientError, IndexError):
        return []
    return [event["message"].rstrip() for event in events]


def as_json(report: Report) -> str:
    """The report for programs."""
    services = [asdict(service) | {"healthy": service.healthy} for service in report.services]
    return json.dumps(asdict(report) | {"services": services, "healthy": report.healthy}, indent=2)


def as_table(report: Report) -> str:
    """The report for people."""
    lines = [f"Stack: {report.stack}", f"{'service':<28}{'tasks':>7}  {'rollout':<12} targets"]
    for service in report.services:
        targets = ", ".join(f"{count} {state}" for state, count in sorted(service.targets.items())) or "none"
        count = f"{service.running}/{service.desired}"
        lines.append(f"{service.name:<28}{count:>7}  {service.rollout:<12} {targets}")
    lines += ["", f"Alarms: {', '.join(report.alarms) or 'none'}"]
    parts: list[tuple[str, list[str]]] = [("CloudFormation", report.stack_events)]
    parts += [(f"{service.name}: events", service.events[:LINES]) for service in report.services]
    parts += [(f"{role}: log", found) for role, found in report.logs.items()]
    for title, found in parts:
        lines += ["", title, *(f"  {line}"[:160] for line in found or ["nothing yet"])]
    return "\n".join([*lines, "", "HEALTHY" if report.healthy else "NOT HEALTHY"])


def watch(account: Account) -> None:
    """Renews the table until Ctrl-C."""
    while True:
        show(CLEAR + as_table(look(account)))
        time.sleep(LOOK_EVERY_S)


def show(text: str) -> None:
    """To the terminal."""
    print(text, flush=True)  # noqa: T201


def main(arguments: Any = None) -> int:
    """The exit code: 0 when all is well, 1 when not."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--once", action="store_true", help="look once, and say by the exit code whether all is well")
    parser.add_argument("--json", action="store_true", help="for programs; looks once")
    parser.add_argument("--diagnose", action="store_true", help="look at what is most often wrong")
    options = parser.parse_args(arguments)
    account = Account(configuration.read())
    if options.diagnose:
        findings = diagnose.diagnose(account)
        show("\n".join(str(finding) for finding in findings))
        return int(not all(finding.good for finding in findings))
    if not (options.once or options.json):
        watch(account)
    report = look(account)
    show(as_json(report) if options.json else as_table(report))
    return int(not report.healthy)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(0)
