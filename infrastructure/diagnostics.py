"""Checks for the most frequent deployment problems: DNS, certificate, variables, security groups, targets."""

import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from infrastructure.account import Account, DeploymentError
from infrastructure.config import ROLES
from infrastructure.service_health import describe_last_stopped_task, read_service_health

MIN_CERTIFICATE_VALIDITY = timedelta(days=21)
COMMON_VARIABLES = {
    "ALLOWED_HOSTS",
    "TRUSTED_PROXIES",
    "DATABASE_URL",
    "REDIS_URL",
    "S3_BUCKET",
    "SECRET_KEY",
    "DATABASE_PASSWORD",
}
ROLE_VARIABLES = {"frontend": {"BACKEND_WS_URL"}, "backend": {"FRONTEND_ORIGINS"}}


@dataclass(frozen=True)
class Finding:
    """Result of one check."""

    subject: str
    ok: bool
    details: str

    def __str__(self) -> str:
        return f"{'ok  ' if self.ok else 'FAIL'}  {self.subject}: {self.details}"


def diagnose(account: Account) -> list[Finding]:
    """Run all checks that are possible in the current state of the deployment."""
    try:
        account.check()
    except DeploymentError as error:
        return [Finding("profile", ok=False, details=str(error))]
    outputs = account.outputs()
    if not outputs:
        details = f"{account.product_stack} is not deployed: run make deploy"
        return [Finding("stack", ok=False, details=details)]
    checks: list[Callable[[Account, dict[str, str]], Iterator[Finding]]] = [
        check_dns,
        check_certificates,
        check_variables,
        check_security_groups,
        check_targets,
    ]
    return [finding for check in checks for finding in check(account, outputs)]


def check_dns(account: Account, outputs: dict[str, str]) -> Iterator[Finding]:
    """Check that both hosts resolve to an address of their load balancers."""
    for role in ROLES:
        host, balancer = account.config.host(role), outputs[f"{role.capitalize()}Address"]
        addresses = resolve(host)
        details = f"{host} resolves to {', '.join(sorted(addresses)) or 'nothing'}, its load balancer is {balancer}"
        yield Finding("DNS", ok=bool(addresses & resolve(balancer)), details=details)


def resolve(host: str) -> set[str]:
    """Return the IP addresses of a host name; empty if it is unknown."""
    try:
        return {str(info[4][0]) for info in socket.getaddrinfo(host, 443, proto=socket.IPPROTO_TCP)}
    except OSError:
        return set()


def list_load_balancers(account: Account, outputs: dict[str, str]) -> list[Any]:
    """Return the load balancers of this deployment."""
    names = {outputs["FrontendAddress"], outputs["BackendAddress"]}
    balancers = account.client("elbv2").describe_load_balancers()["LoadBalancers"]
    return [balancer for balancer in balancers if balancer["DNSName"] in names]


def check_certificates(account: Account, outputs: dict[str, str]) -> Iterator[Finding]:
    """Check that the certificates of both load balancers are issued and valid for at least three more weeks."""
    elb, acm = account.client("elbv2"), account.client("acm")
    for balancer in list_load_balancers(account, outputs):
        for listener in elb.describe_listeners(LoadBalancerArn=balancer["LoadBalancerArn"])["Listeners"]:
            for reference in listener.get("Certificates", []):
                certificate = acm.describe_certificate(CertificateArn=reference["CertificateArn"])["Certificate"]
                yield check_certificate(certificate)


def check_certificate(certificate: Any) -> Finding:
    """Check one certificate as ACM describes it."""
    status, expiry = certificate["Status"], certificate.get("NotAfter")
    is_valid = expiry is None or expiry - datetime.now(UTC) > MIN_CERTIFICATE_VALIDITY
    validity = f"valid until {expiry.date()}" if expiry else "no expiry date yet"
    details = f"{certificate['DomainName']} is {status}, {validity}"
    return Finding("certificate", ok=status == "ISSUED" and is_valid, details=details)


def check_variables(account: Account, outputs: dict[str, str]) -> Iterator[Finding]:
    """Check that the tasks have every variable that their role needs."""
    for role, variables in ROLE_VARIABLES.items():
        container = account.describe_container(role, outputs)
        names = {entry["name"] for key in ("environment", "secrets") for entry in container.get(key, [])}
        missing = (variables | COMMON_VARIABLES) - names
        details = f"missing: {', '.join(sorted(missing))}" if missing else "complete"
        yield Finding(f"{role} variables", ok=not missing, details=details)


def check_security_groups(account: Account, outputs: dict[str, str]) -> Iterator[Finding]:
    """Check that the load balancers' security groups allow ports 80 and 443 in and port 8000 out."""
    ec2 = account.client("ec2")
    for balancer in list_load_balancers(account, outputs):
        groups = ec2.describe_security_groups(GroupIds=balancer["SecurityGroups"])["SecurityGroups"]
        ingress = {rule.get("FromPort") for group in groups for rule in group["IpPermissions"]}
        egress = {rule.get("FromPort") for group in groups for rule in group["IpPermissionsEgress"]}
        name = balancer["LoadBalancerName"]
        details = f"{name} allows ports {sorted(ingress, key=str)} in and {sorted(egress, key=str)} out"
        yield Finding("security group", ok={80, 443} <= ingress and 8000 in egress, details=details)


def check_targets(account: Account, _: dict[str, str]) -> Iterator[Finding]:
    """Check that each service's tasks are healthy behind its load balancer."""
    for role in ROLES:
        health = read_service_health(account, role)
        details = f"{health.running}/{health.desired} tasks, targets {health.targets or 'none'}"
        if not health.is_healthy:
            details += f": {describe_last_stopped_task(account, role)}"
        yield Finding(role, ok=health.is_healthy, details=details)
