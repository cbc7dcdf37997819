"""MiniStack 1.5.33, an emulated AWS, patched for this stack. Run as ``python -m tests.aws.emulator``.

Without Docker it starts no container, and one-off tasks succeed at once. With Docker it runs the real images.
"""

import os
import re
import signal
import time
import uuid
from pathlib import Path
from typing import Any

from ministack import app
from ministack.core import iam_evaluator
from ministack.services import alb, ec2, ecs, elasticache, rds, secretsmanager, sts
from ministack.services.cloudformation import provisioners

from tests.aws.emulated_account import ACCOUNT

type_handlers = provisioners._RESOURCE_HANDLERS
database_addresses: dict[str, str] = {}

# --- Resource types that MiniStack does not support: functions (logical id, properties, stack) → (id, attributes) ---


def read_tags(response: Any, *tags: str) -> list[str]:
    """Return the text of each XML tag in a response of the emulated EC2."""
    status, _, body = response
    text = body.decode() if isinstance(body, bytes) else body
    if status >= 400:
        raise ValueError(text[:300])
    return [re.search(f"<{tag}>(.*?)<", text)[1] for tag in tags]


def create_elastic_ip(_: str, props: dict, __: str) -> tuple[str, dict]:
    allocation, ip = read_tags(ec2._allocate_address({"Domain": ["vpc"]}), "allocationId", "publicIp")
    return ip, {"AllocationId": allocation, "PublicIp": ip}


def create_nat_gateway(_: str, props: dict, __: str) -> tuple[str, dict]:
    parameters = {"SubnetId": [props["SubnetId"]], "AllocationId": [props["AllocationId"]]}
    (identifier,) = read_tags(ec2._create_nat_gateway(parameters), "natGatewayId")
    return identifier, {"NatGatewayId": identifier}


def create_flow_log(_: str, props: dict, __: str) -> tuple[str, dict]:
    parameters = {"ResourceId.1": [props["ResourceId"]]}
    parameters |= {key: [props[key]] for key in ("ResourceType", "TrafficType")}
    (identifier,) = read_tags(ec2._create_flow_logs(parameters), "item")
    return identifier, {"Id": identifier}


def create_scaling(_: str, props: dict, __: str) -> tuple[str, dict]:
    identifier = props.get("PolicyName") or f"{props['ResourceId']}|{props['ScalableDimension']}"
    return identifier, {"Id": identifier, "Arn": identifier}


def security_group_rule(permissions: str, peer: str) -> Any:
    """Return a function that adds a rule to the list ``permissions`` of a security group."""

    def create(_: str, props: dict, __: str) -> tuple[str, dict]:
        rule = {"IpProtocol": str(props["IpProtocol"]), "Ipv6Ranges": [], "PrefixListIds": []}
        rule |= {port: int(props[port]) for port in ("FromPort", "ToPort") if port in props}
        rule["IpRanges"] = [{"CidrIp": props["CidrIp"]}] if props.get("CidrIp") else []
        rule["UserIdGroupPairs"] = [{"GroupId": props[peer], "UserId": ACCOUNT}] if props.get(peer) else []
        ec2._security_groups[props["GroupId"]][permissions].append(rule)
        identifier = f"sgr-{uuid.uuid4().hex[:17]}"
        return identifier, {"Id": identifier}

    return create


NEW_TYPES = {
    "EC2::EIP": create_elastic_ip,
    "EC2::NatGateway": create_nat_gateway,
    "EC2::FlowLog": create_flow_log,
    "EC2::SecurityGroupIngress": security_group_rule("IpPermissions", "SourceSecurityGroupId"),
    "EC2::SecurityGroupEgress": security_group_rule("IpPermissionsEgress", "DestinationSecurityGroupId"),
    "ApplicationAutoScaling::ScalableTarget": create_scaling,
    "ApplicationAutoScaling::ScalingPolicy": create_scaling,
}

# --- Corrections: each function wraps one of MiniStack's ---------------------------------------


def return_secret_arn(create_secret: Any) -> Any:
    """Let the ``Ref`` of a secret be its ARN, as in AWS, not its name."""

    def create(logical_id: str, props: dict, stack: str) -> tuple[str, dict]:
        name, attributes = create_secret(logical_id, props, stack)
        secrets = secretsmanager._secrets.values()
        arn = next(secret["ARN"] for secret in secrets if name in (secret["Name"], secret["ARN"]))
        return arn, attributes

    return create


def delete_secret_by_arn(delete_secret: Any) -> Any:
    def delete(identifier: str, props: dict) -> None:
        secrets = secretsmanager._secrets.values()
        delete_secret(next((secret["Name"] for secret in secrets if secret["ARN"] == identifier), identifier), props)

    return delete


def start_database(create_instance: Any) -> Any:
    """With Docker, run a real PostgreSQL at the address of the emulated instance."""

    def create(logical_id: str, props: dict, stack: str) -> tuple[str, dict]:
        identifier, attributes = create_instance(logical_id, props, stack)
        if docker := rds._get_docker():
            variables = {"USER": "MasterUsername", "PASSWORD": "MasterUserPassword", "DB": "DBName"}
            container = docker.containers.run(
                "postgres:17-alpine",
                detach=True,
                name=f"rds-{identifier}",
                labels={"ministack": "rds"},
                environment={f"POSTGRES_{key}": props[name] for key, name in variables.items()},
            )
            container.reload()
            database_addresses[attributes["Endpoint.Address"]] = container.attrs["NetworkSettings"]["IPAddress"]
        return identifier, attributes

    return create


def register_targets(create_service: Any) -> Any:
    """Without Docker, register made-up addresses as the load balancer's targets, because no task has one."""

    def create(logical_id: str, props: dict, stack: str) -> tuple[str, dict]:
        result = create_service(logical_id, props, stack)
        if ecs._get_docker() is None:
            group = props["LoadBalancers"][0]["TargetGroupArn"]
            alb._targets[group] = [{"Id": f"172.16.0.{n}", "Port": 8000} for n in range(int(props["DesiredCount"]))]
        return result

    return create


def to_camel_case(value: Any) -> Any:
    """Convert the keys of a container definition from CloudFormation's spelling to that of ECS, at every level."""
    if isinstance(value, list):
        return [to_camel_case(item) for item in value]
    if not isinstance(value, dict):
        return value
    converted = {provisioners._cfn_to_camel(key): item for key, item in value.items()}
    return {key: item if key in ("options", "dockerLabels") else to_camel_case(item) for key, item in converted.items()}


def create_task_credentials(role: str) -> dict[str, str]:
    """Return access keys of the task's role, registered with the emulated STS so that the role's policies apply."""
    name = role.rsplit("/", 1)[-1]
    key, secret_key, token = sts._gen_session_access_key(), sts._gen_secret(), sts._gen_session_token()
    session = {
        "Arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/{name}/task",
        "UserId": f"{sts._role_id(role)}:task",
        "SecretAccessKey": secret_key,
        "SessionToken": token,
        "Expiration": time.time() + 3600,
        "AccountId": ACCOUNT,
        "PrincipalType": "AssumedRole",
        "SessionTags": [],
        "SessionPolicies": None,
    }
    sts.register_session(key, session)
    return {"AWS_ACCESS_KEY_ID": key, "AWS_SECRET_ACCESS_KEY": secret_key, "AWS_SESSION_TOKEN": token}


def restrict_containers(build_arguments: Any) -> Any:
    """Run containers with Fargate's limits, a read-only root, the role's own keys and the database's host name."""

    def build(container: dict, task: dict, *args: Any, **kwargs: Any) -> dict:
        arguments = build_arguments(container, task, *args, **kwargs)
        arguments |= {"mem_limit": f"{task['memory']}m", "nano_cpus": int(task["cpu"]) * 10**9 // 1024}
        arguments |= {"read_only": bool(container.get("readonlyRootFilesystem")), "cap_drop": ["ALL"]}
        arguments.setdefault("extra_hosts", {}).update(database_addresses)
        environment = arguments["environment"]
        for name in ("AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_AUTHORIZATION_TOKEN"):
            environment.pop(name, None)
        if task.get("taskRoleArn"):
            environment.update(create_task_credentials(task["taskRoleArn"]))
        environment["AWS_ENDPOINT_URL"] = environment["S3_ENDPOINT"] = "http://169.254.170.2:4566"
        environment["SSL_CERT_FILE"] = "/authority.pem"
        authority = Path(os.environ["AUTHORITY"])
        authority.write_text(elasticache._ensure_serverless_ca()[0])
        arguments.setdefault("volumes", {})[str(authority)] = {"bind": "/authority.pem", "mode": "ro"}
        return arguments

    return build


def stop_one_off_tasks(run_task: Any) -> Any:
    """Without Docker, let every task that belongs to no service end with exit code 0."""

    def run(data: dict) -> Any:
        response = run_task(data)
        if ecs._get_docker() is None:
            for task in ecs._tasks.values():
                if not task.get("group", "").startswith("service:"):
                    task.update(
                        lastStatus="STOPPED", desiredStatus="STOPPED", stoppedReason="Essential container exited"
                    )
                    for container in task["containers"]:
                        container.update(lastStatus="STOPPED", exitCode=0)
        return response

    return run


def patch_ministack() -> None:
    """Add the missing resource types and correct the ones that differ from AWS."""
    update = lambda identifier, old, new, stack: (identifier, {})
    for name, create in NEW_TYPES.items():
        if f"AWS::{name}" in type_handlers:
            raise SystemExit(f"this MiniStack supports AWS::{name}: remove it from NEW_TYPES")
        type_handlers[f"AWS::{name}"] = {"create": create, "update": update, "delete": lambda identifier, props: None}
    for name, action, wrap in (
        ("SecretsManager::Secret", "create", return_secret_arn),
        ("SecretsManager::Secret", "delete", delete_secret_by_arn),
        ("RDS::DBInstance", "create", start_database),
        ("ECS::Service", "create", register_targets),
    ):
        handlers = type_handlers[f"AWS::{name}"]
        handlers[action] = wrap(handlers[action])
    provisioners._normalize_container_defs = to_camel_case
    pin_origin = iam_evaluator.pin_request_origin  # the bucket policies require TLS, which the emulator does not have
    app.pin_request_origin = iam_evaluator.pin_request_origin = lambda address, _: pin_origin(address, True)
    ecs._build_run_kwargs = restrict_containers(ecs._build_run_kwargs)
    ecs._ACTION_MAP["RunTask"] = stop_one_off_tasks(ecs._run_task)


if __name__ == "__main__":
    patch_ministack()
    # SIGUSR1 switches the enforcement of IAM policies on and off.
    signal.signal(signal.SIGUSR1, lambda *_: setattr(app, "AUTH", not app.AUTH))
    app.main()
