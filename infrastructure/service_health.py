"""Health of the two services, as ECS and the load balancers report it."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from infrastructure.account import Account
from infrastructure.task_runner import describe_stopped_task

MAX_EVENTS = 10


@dataclass(frozen=True, kw_only=True)
class ServiceHealth:
    """State of one service. ``targets`` counts the load balancer's targets by state."""

    name: str
    desired: int = 0
    running: int = 0
    rollout: str = "MISSING"
    reason: str = ""
    task: str = ""
    targets: dict[str, int] = field(default_factory=dict)
    events: list[str] = field(default_factory=list)

    @property
    def is_healthy(self) -> bool:
        """Return whether all desired tasks run the current release and receive requests."""
        return (
            self.rollout == "COMPLETED"
            and self.running >= self.desired > 0
            and self.targets.get("healthy", 0) >= self.desired
        )

    @property
    def has_failed(self) -> bool:
        """Return whether ECS has given up the current release."""
        return self.rollout == "FAILED"


def service_name(account: Account, role: str) -> str:
    """Return the name of a role's ECS service."""
    return account.config.resource_name(f"{role.capitalize()}Service")


def read_service_health(account: Account, role: str) -> ServiceHealth:
    """Query the current state of a role's service."""
    name = service_name(account, role)
    services = account.client("ecs").describe_services(cluster=account.cluster, services=[name])["services"]
    service = next((service for service in services if service["status"] == "ACTIVE"), None)
    if service is None:
        return ServiceHealth(name=name, reason="the service does not exist")
    primary = next(deployment for deployment in service["deployments"] if deployment["status"] == "PRIMARY")
    return ServiceHealth(
        name=name,
        desired=service["desiredCount"],
        running=service["runningCount"],
        rollout=primary.get("rolloutState", "IN_PROGRESS"),
        reason=primary.get("rolloutStateReason", ""),
        task=primary["taskDefinition"],
        targets=_count_targets(account, service),
        events=[event["message"] for event in service.get("events", [])[:MAX_EVENTS]],
    )


def _count_targets(account: Account, service: Any) -> dict[str, int]:
    elb = account.client("elbv2")
    return dict(
        Counter(
            target["TargetHealth"]["State"]
            for balancer in service.get("loadBalancers", [])
            for target in elb.describe_target_health(TargetGroupArn=balancer["targetGroupArn"])[
                "TargetHealthDescriptions"
            ]
        )
    )


def describe_last_stopped_task(account: Account, role: str) -> str:
    """Return why the service's most recently stopped task ended, and its last log lines."""
    ecs, name = account.client("ecs"), service_name(account, role)
    arns = ecs.list_tasks(cluster=account.cluster, serviceName=name, desiredStatus="STOPPED")["taskArns"]
    if not arns:
        return "none of its tasks has stopped"
    tasks = ecs.describe_tasks(cluster=account.cluster, tasks=arns)["tasks"]
    last = max(tasks, key=lambda task: str(task.get("stoppedAt", "")))
    return describe_stopped_task(last, account.log_group(role), account.session)
