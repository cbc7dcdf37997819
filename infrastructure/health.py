"""How the two services are: what ECS and the load balancers say of them."""

from dataclasses import dataclass, field
from typing import Any

from infrastructure.aws import Account

ROLES = ("frontend", "backend")


@dataclass(frozen=True, kw_only=True)
class ServiceHealth:
    """One service at one moment."""

    name: str
    desired: int = 0
    running: int = 0
    rollout: str = "MISSING"
    reason: str = ""
    task: str = ""
    targets: dict[str, int] = field(default_factory=dict)
    events: list[str] = field(default_factory=list)

    @property
    def healthy(self) -> bool:
        """All tasks run the wanted release and the load balancer sends them requests."""
        return (
            self.rollout == "COMPLETED"
            and self.running >= self.desired > 0
            and self.targets.get("healthy", 0) >= self.desired
        )

    @property
    def failed(self) -> bool:
        """ECS has given this release up."""
        return self.rollout == "FAILED"


def service_name(account: Account, role: str) -> str:
    """The seed's name, behind the prefix."""
    return account.config.name(f"{role.capitalize()}Service")


def read(account: Account, role: str) -> ServiceHealth:
    """The service of a role, as it is now."""
    name = service_name(account, role)
    cluster = account.config.name("AnimalClassifierCluster")
    found = account.client("ecs").describe_services(cluster=cluster, services=[name])["services"]
    active = [service for service in found if service["status"] == "ACTIVE"]
    if not active:
        return ServiceHealth(name=name, reason="there is no such service")
    service = active[0]
    primary = next(one for one in service["deployments"] if one["status"] == "PRIMARY")
    return ServiceHealth(
        name=name,
        desired=service["desiredCount"],
        running=service["runningCount"],
        rollout=primary.get("rolloutState", "IN_PROGRESS"),
        reason=primary.get("rolloutStateReason", ""),
        task=primary["taskDefinition"],
        targets=_targets(account, service),
        events=[event["message"] for event in service.get("events", [])[:10]],
    )


def _targets(account: Account, service: Any) -> dict[str, int]:
    states: dict[str, int] = {}
    for balancer in service.get("loadBalancers", []):
        group = balancer["targetGroupArn"]
        health = account.client("elbv2").describe_target_health(TargetGroupArn=group)
        for target in health["TargetHealthDescriptions"]:
            state = target["TargetHealth"]["State"]
            states[state] = states.get(state, 0) + 1
    return states


def last_stopped(account: Account, role: str) -> str:
    """Why the service's youngest stopped task ended, and its last log lines."""
    cluster, ecs = account.config.name("AnimalClassifierCluster"), account.client("ecs")
    name = service_name(account, role)
    arns = ecs.list_tasks(cluster=cluster, serviceName=name, desiredStatus="STOPPED")["taskArns"]
    if not arns:
        return "no task of it has stopped"
    tasks = ecs.describe_tasks(cluster=cluster, tasks=arns)["tasks"]
    return account.last_words(max(tasks, key=lambda task: str(task.get("stoppedAt", ""))))
