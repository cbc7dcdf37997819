"""What is most often wrong with a deployment, looked at one by one: settings, names, certificate, doors, targets."""

import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from infrastructure import health
from infrastructure.aws import Account, DeploymentError

EXPIRES_SOON = timedelta(days=21)
NEEDED = {"frontend": {"BACKEND_WS_URL"}, "backend": {"FRONTEND_ORIGINS"}}
BOTH = {"ALLOWED_HOSTS", "TRUSTED_PROXIES", "DATABASE_URL", "REDIS_URL", "S3_BUCKET", "SECRET_KEY", "DATABASE_PASSWORD"}


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at, and what to do when it is not as it should be."""

    what: str
    good: bool
    said: str

    def __str__(self) -> str:
        return f"{'ok  ' if self.good else 'LOOK'}  {self.what}: {self.said}"


def diagnose(account: Account) -> list[Finding]:
    """Every look, as far as the deployment stands."""
    try:
        account.check()
    except DeploymentError as error:
        return [Finding("profile", good=False, said=str(error))]
    outputs = account.outputs()
    if not outputs:
        return [Finding("stack", good=False, said=f"{account.product} does not stand: make deploy")]
    looks: list[Callable[[Account, dict[str, str]], Iterator[Finding]]] = [names, certificate, settings, doors, targets]
    return [finding for look in looks for finding in look(account, outputs)]


def names(account: Account, outputs: dict[str, str]) -> Iterator[Finding]:
    """Both hosts lead to their load balancers."""
    hosts = {"Frontend": account.config.domain_name, "Backend": account.config.backend_host}
    for role, host in hosts.items():
        balancer = outputs[f"{role}Address"]
        here, there = addresses(host), addresses(balancer)
        said = f"{host} leads to {', '.join(sorted(here)) or 'nothing'}, its load balancer is {balancer}"
        yield Finding("DNS", good=bool(here & there), said=said)


def addresses(host: str) -> set[str]:
    """The addresses of a name; none when it is unknown."""
    try:
        return {str(found[4][0]) for found in socket.getaddrinfo(host, 443, proto=socket.IPPROTO_TCP)}
    except OSError:
        return set()


def balancers(account: Account, outputs: dict[str, str]) -> list[Any]:
    """The load balancers of this deployment, not the others of the account."""
    ours = {outputs["FrontendAddress"], outputs["BackendAddress"]}
    found = account.client("elbv2").describe_load_balancers()["LoadBalancers"]
    return [balancer for balancer in found if balancer["DNSName"] in ours]


def certificate(account: Account, outputs: dict[str, str]) -> Iterator[Finding]:
    """The certificates of both load balancers are issued and have weeks left."""
    elb, acm = account.client("elbv2"), account.client("acm")
    for balancer in balancers(account, outputs):
        for listener in elb.describe_listeners(LoadBalancerArn=balancer["LoadBalancerArn"])["Listeners"]:
            for used in listener.get("Certificates", []):
                found = acm.describe_certificate(CertificateArn=used["CertificateArn"])["Certificate"]
                ends = found.get("NotAfter")
                left = ends - datetime.now(UTC) if ends else timedelta.max
                until = f"ends {ends.date()}" if ends else "no end yet"
                said = f"{found['DomainName']} is {found['Status']}, {until}"
                yield Finding("certificate", good=found["Status"] == "ISSUED" and left > EXPIRES_SOON, said=said)


def settings(account: Account, outputs: dict[str, str]) -> Iterator[Finding]:
    """No variable that a role needs is missing from its task."""
    ecs = account.client("ecs")
    for role, own in NEEDED.items():
        task = ecs.describe_task_definition(taskDefinition=outputs[f"{role.capitalize()}Task"])["taskDefinition"]
        container = task["containerDefinitions"][0]
        there = {one["name"] for key in ("environment", "secrets") for one in container.get(key, [])}
        missing = (own | BOTH) - there
        yield Finding(f"{role}'s variables", good=not missing, said=", ".join(sorted(missing)) or "all there")


def doors(account: Account, outputs: dict[str, str]) -> Iterator[Finding]:
    """The load balancers' groups let 443 and 80 in, and what each needs is let out."""
    ec2 = account.client("ec2")
    for balancer in balancers(account, outputs):
        groups = ec2.describe_security_groups(GroupIds=balancer["SecurityGroups"])["SecurityGroups"]
        inside = {rule.get("FromPort") for group in groups for rule in group["IpPermissions"]}
        outside = {rule.get("FromPort") for group in groups for rule in group["IpPermissionsEgress"]}
        said = f"{balancer['LoadBalancerName']} lets in {sorted(inside, key=str)} and out {sorted(outside, key=str)}"
        yield Finding("security group", good={80, 443} <= inside and 8000 in outside, said=said)


def targets(account: Account, _: dict[str, str]) -> Iterator[Finding]:
    """Each service's tasks are healthy behind its load balancer."""
    for role in health.ROLES:
        now = health.read(account, role)
        said = f"{now.running}/{now.desired} tasks, targets {now.targets or 'none'}"
        yield Finding(
            role, good=now.healthy, said=said if now.healthy else f"{said}: {health.last_stopped(account, role)}"
        )
