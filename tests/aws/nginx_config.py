"""nginx for the deployed load balancers, whose emulation carries no WebSocket: rendered from what was deployed."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

PROXY = (
    "proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection $connection_; "
    "proxy_set_header Host $http_host; proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for; "
    "proxy_set_header X-Forwarded-Proto $scheme; client_max_body_size 20m;"
)


def names(route53: Any) -> dict[str, str]:
    """Load balancer → public host, as Route 53 has it."""
    found = {}
    for zone in route53.list_hosted_zones()["HostedZones"]:
        for record in route53.list_resource_record_sets(HostedZoneId=zone["Id"])["ResourceRecordSets"]:
            if "AliasTarget" in record:
                target = record["AliasTarget"]["DNSName"].removeprefix("dualstack.").rstrip(".")
                found[target] = record["Name"].rstrip(".")
    return found


def servers(elb: Any, hosts: dict[str, str], folder: Path) -> Iterator[str]:
    """The parts of nginx's configuration, one listener at a time."""
    for balancer in elb.describe_load_balancers()["LoadBalancers"]:
        arn, host = balancer["LoadBalancerArn"], hosts[balancer["DNSName"]]
        attributes = elb.describe_load_balancer_attributes(LoadBalancerArn=arn)["Attributes"]
        idle = next(one["Value"] for one in attributes if one["Key"] == "idle_timeout.timeout_seconds")
        for listener in elb.describe_listeners(LoadBalancerArn=arn)["Listeners"]:
            action, port = listener["DefaultActions"][0], listener["Port"]
            if action["Type"] == "redirect":
                to = action["RedirectConfig"]
                body = f"return {to['StatusCode'][-3:]} {to['Protocol'].lower()}://$host$request_uri;"
                yield f"server {{ listen 127.0.0.1:{port}; server_name {host}; {body} }}"
                continue
            group = action.get("TargetGroupArn") or action["ForwardConfig"]["TargetGroups"][0]["TargetGroupArn"]
            health = elb.describe_target_health(TargetGroupArn=group)["TargetHealthDescriptions"]
            well = [one["Target"] for one in health if one["TargetHealth"]["State"] == "healthy"]
            name = group.rsplit("/", 1)[-1]
            targets = " ".join(f"server {one['Id']}:{one['Port']};" for one in well)
            yield f"upstream {name} {{ {targets} }}"
            tls = f"ssl_certificate {folder}/cert.pem; ssl_certificate_key {folder}/key.pem;"
            times = f"proxy_read_timeout {idle}s; proxy_send_timeout {idle}s;"
            body = f"location / {{ proxy_pass http://{name}; {PROXY} {times} }}"
            yield f"server {{ listen 127.0.0.1:{port} ssl; server_name {host}; {tls} {body} }}"


def render(elb: Any, route53: Any, folder: Path) -> str:
    """The whole configuration; logs, temporary files and the certificate lie in ``folder``."""
    temporary = " ".join(
        f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    parts = "\n".join(servers(elb, names(route53), folder))
    head = f"daemon off; pid {folder}/nginx.pid; error_log {folder}/nginx-error.log; events {{}}"
    upgrade = "map $http_upgrade $connection_ { default upgrade; '' ''; }"
    return f"{head}\nhttp {{ access_log off; {temporary}\n{upgrade}\n{parts}\n}}\n"
