"""MiniStack 1.5.33, an emulated AWS, with what it lacks for this stack mended. Run as ``python -m tests.aws.emulator``.

Without Docker it keeps records only, and a task of one run ends well at once; with Docker it runs the real images.
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

ACCOUNT = "123456789012"
handlers = provisioners._RESOURCE_HANDLERS
database_hosts: dict[str, str] = {}


def answer(response: Any, *tags: str) -> list[str]:
    """The text of each tag in an answer of the emulated EC2."""
    status, _, body = response
    text = body.decode() if isinstance(body, bytes) else body
    if status >= 400:
        raise ValueError(text[:300])
    return [re.search(f"<{tag}>(.*?)<", text)[1] for tag in tags]


def address(_: str, props: dict, __: str) -> tuple[str, dict]:
    allocation, ip = answer(ec2._allocate_address({"Domain": ["vpc"]}), "allocationId", "publicIp")
    return ip, {"AllocationId": allocation, "PublicIp": ip}


def nat_gateway(_: str, props: dict, __: str) -> tuple[str, dict]:
    wanted = {"SubnetId": [props["SubnetId"]], "AllocationId": [props["AllocationId"]]}
    (identity,) = answer(ec2._create_nat_gateway(wanted), "natGatewayId")
    return identity, {"NatGatewayId": identity}


def flow_log(_: str, props: dict, __: str) -> tuple[str, dict]:
    wanted = {"ResourceId.1": [props["ResourceId"]], **{key: [props[key]] for key in ("ResourceType", "TrafficType")}}
    (identity,) = answer(ec2._create_flow_logs(wanted), "item")
    return identity, {"Id": identity}


def rule(key: str, peer: str) -> Any:
    def create(_: str, props: dict, __: str) -> tuple[str, dict]:
        made = {"IpProtocol": str(props["IpProtocol"]), "Ipv6Ranges": [], "PrefixListIds": []}
        made |= {port: int(props[port]) for port in ("FromPort", "ToPort") if port in props}
        made["IpRanges"] = [{"CidrIp": props["CidrIp"]}] if props.get("CidrIp") else []
        made["UserIdGroupPairs"] = [{"GroupId": props[peer], "UserId": ACCOUNT}] if props.get(peer) else []
        ec2._security_groups[props["GroupId"]][key].append(made)
        identity = f"sgr-{uuid.uuid4().hex[:17]}"
        return identity, {"Id": identity}

    return create


def scaling(_: str, props: dict, __: str) -> tuple[str, dict]:
    identity = props.get("PolicyName") or f"{props['ResourceId']}|{props['ScalableDimension']}"
    return identity, {"Id": identity, "Arn": identity}


def secret(original: Any) -> Any:
    def create(logical_id: str, props: dict, stack: str) -> tuple[str, dict]:
        """Ref of a secret is its ARN, not its name."""
        name, attributes = original(logical_id, props, stack)
        arns = [found["ARN"] for found in secretsmanager._secrets.values() if name in (found["Name"], found["ARN"])]
        return arns[0], attributes

    return create


def forgotten(original: Any) -> Any:
    def delete(identity: str, props: dict) -> None:
        names = [found["Name"] for found in secretsmanager._secrets.values() if found["ARN"] == identity]
        original(names[0] if names else identity, props)

    return delete


def database(original: Any) -> Any:
    def create(logical_id: str, props: dict, stack: str) -> tuple[str, dict]:
        """A record is not enough: a real server answers at the endpoint's name."""
        identity, attributes = original(logical_id, props, stack)
        if docker := rds._get_docker():
            names = {"USER": "MasterUsername", "PASSWORD": "MasterUserPassword", "DB": "DBName"}
            container = docker.containers.run(
                "postgres:17-alpine",
                detach=True,
                name=f"rds-{identity}",
                labels={"ministack": "rds"},
                environment={f"POSTGRES_{key}": props[name] for key, name in names.items()},
            )
            container.reload()
            database_hosts[attributes["Endpoint.Address"]] = container.attrs["NetworkSettings"]["IPAddress"]
        return identity, attributes

    return create


def camel(value: Any) -> Any:
    """A container's definition as ECS spells it; CloudFormation's has capitals, which were left below the top."""
    if isinstance(value, list):
        return [camel(item) for item in value]
    if not isinstance(value, dict):
        return value
    spelt = {provisioners._cfn_to_camel(key): item for key, item in value.items()}
    return {key: item if key in ("options", "dockerLabels") else camel(item) for key, item in spelt.items()}


def task_credentials(role: str) -> dict[str, str]:
    """Keys of the task's role, known to the emulated STS, so that its policies are what is asked."""
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


def run_arguments(original: Any) -> Any:
    def build(container: dict, task: dict, *args: Any, **kwargs: Any) -> dict:
        """Fargate's sizes as real limits, a read-only root, the role's own keys, the database's name."""
        made = original(container, task, *args, **kwargs)
        made |= {"mem_limit": f"{task['memory']}m", "nano_cpus": int(task["cpu"]) * 10**9 // 1024}
        made |= {"read_only": bool(container.get("readonlyRootFilesystem")), "cap_drop": ["ALL"]}
        made.setdefault("extra_hosts", {}).update(database_hosts)
        environment = made["environment"]
        for name in ("AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_AUTHORIZATION_TOKEN"):
            environment.pop(name, None)
        if task.get("taskRoleArn"):
            environment.update(task_credentials(task["taskRoleArn"]))
        environment["AWS_ENDPOINT_URL"] = environment["S3_ENDPOINT"] = "http://169.254.170.2:4566"
        environment["SSL_CERT_FILE"] = "/authority.pem"
        authority = Path(os.environ["AUTHORITY"])
        authority.write_text(elasticache._ensure_serverless_ca()[0])
        made.setdefault("volumes", {})[str(authority)] = {"bind": "/authority.pem", "mode": "ro"}
        return made

    return build


def ended_tasks(original: Any) -> Any:
    def run(data: dict) -> Any:
        """Without Docker nothing would ever end a task that is not a service's."""
        response = original(data)
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


def service(original: Any) -> Any:
    def create(logical_id: str, props: dict, stack: str) -> tuple[str, dict]:
        """Without Docker no task has an address that a load balancer could ask."""
        found = original(logical_id, props, stack)
        if ecs._get_docker() is None:
            group = props["LoadBalancers"][0]["TargetGroupArn"]
            alb._targets[group] = [{"Id": f"172.16.0.{n}", "Port": 8000} for n in range(int(props["DesiredCount"]))]
        return found

    return create


def mend() -> None:
    """Adds the types that are unknown, and corrects the ones that are not as AWS has them."""
    for name, create in {
        "EC2::EIP": address,
        "EC2::NatGateway": nat_gateway,
        "EC2::FlowLog": flow_log,
        "EC2::SecurityGroupIngress": rule("IpPermissions", "SourceSecurityGroupId"),
        "EC2::SecurityGroupEgress": rule("IpPermissionsEgress", "DestinationSecurityGroupId"),
        "ApplicationAutoScaling::ScalableTarget": scaling,
        "ApplicationAutoScaling::ScalingPolicy": scaling,
    }.items():
        if f"AWS::{name}" in handlers:
            raise SystemExit(f"this MiniStack knows AWS::{name}: take it out here")
        update = lambda identity, old, new, stack: (identity, {})
        handlers[f"AWS::{name}"] = {"create": create, "update": update, "delete": lambda identity, props: None}
    for name, better in {
        "SecretsManager::Secret": secret,
        "RDS::DBInstance": database,
        "ECS::Service": service,
    }.items():
        handlers[f"AWS::{name}"]["create"] = better(handlers[f"AWS::{name}"]["create"])
    secrets = handlers["AWS::SecretsManager::Secret"]
    secrets["delete"] = forgotten(secrets["delete"])
    provisioners._normalize_container_defs = camel
    origin = iam_evaluator.pin_request_origin  # buckets want TLS, which the emulator does not speak
    app.pin_request_origin = iam_evaluator.pin_request_origin = lambda address, _: origin(address, True)
    ecs._build_run_kwargs = run_arguments(ecs._build_run_kwargs)
    ecs._ACTION_MAP["RunTask"] = ended_tasks(ecs._run_task)


if __name__ == "__main__":
    mend()
    # From this signal on, every request is judged by the policies of who makes it.
    signal.signal(signal.SIGUSR1, lambda *_: setattr(app, "AUTH", not app.AUTH))
    app.main()
