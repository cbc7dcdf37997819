"""nginx configuration in place of the deployed load balancers, because their emulation does not support WebSocket."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

PROXY = (
    "proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection $connection_upgrade; "
    "proxy_set_header Host $http_host; proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for; "
    "proxy_set_header X-Forwarded-Proto $scheme; client_max_body_size 20m;"
)


def render(elb: Any, route53: Any, folder: Path) -> str:
    """Return the configuration. ``folder`` holds the certificate and gets logs and temporary files."""
    temporary = " ".join(
        f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    hosts = public_hosts(route53)
    balancers = elb.describe_load_balancers()["LoadBalancers"]
    servers = "\n".join(
        part for balancer in balancers for part in render_balancer(elb, balancer, hosts[balancer["DNSName"]], folder)
    )
    head = f"daemon off; pid {folder}/nginx.pid; error_log {folder}/nginx-error.log; events {{}}"
    upgrade = "map $http_upgrade $connection_upgrade { default upgrade; '' ''; }"
    return f"{head}\nhttp {{ access_log off; {temporary}\n{upgrade}\n{servers}\n}}\n"


def public_hosts(route53: Any) -> dict[str, str]:
    """Return the public host of each load balancer, as Route 53 resolves it."""
    hosts = {}
    for zone in route53.list_hosted_zones()["HostedZones"]:
        for record in route53.list_resource_record_sets(HostedZoneId=zone["Id"])["ResourceRecordSets"]:
            if "AliasTarget" in record:
                target = record["AliasTarget"]["DNSName"].removeprefix("dualstack.").rstrip(".")
                hosts[target] = record["Name"].rstrip(".")
    return hosts


def render_balancer(elb: Any, balancer: dict, host: str, folder: Path) -> Iterator[str]:
    """Yield a ``server`` block for each listener."""
    arn = balancer["LoadBalancerArn"]
    attributes = elb.describe_load_balancer_attributes(LoadBalancerArn=arn)["Attributes"]
    timeout = next(entry["Value"] for entry in attributes if entry["Key"] == "idle_timeout.timeout_seconds")
    for listener in elb.describe_listeners(LoadBalancerArn=arn)["Listeners"]:
        action, port = listener["DefaultActions"][0], listener["Port"]
        if action["Type"] == "redirect":
            redirect = action["RedirectConfig"]
            body = f"return {redirect['StatusCode'][-3:]} {redirect['Protocol'].lower()}://$host$request_uri;"
            yield f"server {{ listen 127.0.0.1:{port}; server_name {host}; {body} }}"
            continue
        group = action.get("TargetGroupArn") or action["ForwardConfig"]["TargetGroups"][0]["TargetGroupArn"]
        name = group.rsplit("/", 1)[-1]
        yield render_upstream(elb, group, name)
        tls = f"ssl_certificate {folder}/cert.pem; ssl_certificate_key {folder}/key.pem;"
        timeouts = f"proxy_read_timeout {timeout}s; proxy_send_timeout {timeout}s;"
        body = f"location / {{ proxy_pass http://{name}; {PROXY} {timeouts} }}"
        yield f"server {{ listen 127.0.0.1:{port} ssl; server_name {host}; {tls} {body} }}"


def render_upstream(elb: Any, group: str, name: str) -> str:
    """Return the ``upstream`` block of a target group's healthy targets."""
    descriptions = elb.describe_target_health(TargetGroupArn=group)["TargetHealthDescriptions"]
    targets = [entry["Target"] for entry in descriptions if entry["TargetHealth"]["State"] == "healthy"]
    servers = " ".join(f"server {target['Id']}:{target['Port']};" for target in targets)
    return f"upstream {name} {{ {servers} }}"
