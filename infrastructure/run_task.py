"""Runs a task and tells CloudFormation how it ended. Inline code of a Lambda function: at most 4096 characters."""

import json
import urllib.request
from typing import Any

import boto3


def handler(event: Any, context: Any) -> None:  # noqa: ARG001 - Lambda gives it
    identity = event.get("PhysicalResourceId", "migration")
    status, reason = "SUCCESS", ""
    try:
        if event["RequestType"] != "Delete":
            run(event["ResourceProperties"])
    except Exception as error:  # noqa: BLE001 - CloudFormation must hear of every end, or it waits for an hour
        status, reason = "FAILED", f"{type(error).__name__}: {error}"[:900]
    answer = {key: event[key] for key in ("StackId", "RequestId", "LogicalResourceId")}
    answer |= {"Status": status, "Reason": reason or "done", "PhysicalResourceId": identity}
    body = json.dumps(answer).encode()
    request = urllib.request.Request(event["ResponseURL"], data=body, method="PUT")  # noqa: S310 - CloudFormation's
    urllib.request.urlopen(request, timeout=30)  # noqa: S310


def run(wanted: Any) -> None:
    ecs = boto3.client("ecs")
    network: Any = {"subnets": wanted["Subnets"], "securityGroups": [wanted["SecurityGroup"]]}
    started = ecs.run_task(
        cluster=wanted["Cluster"],
        taskDefinition=wanted["TaskDefinition"],
        launchType="FARGATE",
        networkConfiguration={"awsvpcConfiguration": network},
    )
    if started["failures"]:
        raise RuntimeError(f"the task did not start: {started['failures']}")
    task = started["tasks"][0]["taskArn"]
    waiter = ecs.get_waiter("tasks_stopped")
    waiter.wait(cluster=wanted["Cluster"], tasks=[task], WaiterConfig={"Delay": 5, "MaxAttempts": 150})
    ended = ecs.describe_tasks(cluster=wanted["Cluster"], tasks=[task])["tasks"][0]
    container = ended["containers"][0]
    if container.get("exitCode") != 0:
        why = container.get("reason") or ended.get("stoppedReason") or "no reason given"
        raise RuntimeError(f"exit code {container.get('exitCode')}: {why} {said(wanted['LogGroup'], container, task)}")


def said(group: str, container: Any, task: str) -> str:
    """The last lines of its log."""
    stream = f"{container['name']}/{container['name']}/{task.rpartition('/')[2]}"
    try:
        found = boto3.client("logs").get_log_events(logGroupName=group, logStreamName=stream, limit=5)
    except Exception as error:  # noqa: BLE001 - the failure that is being told matters more
        return f"(no log: {error})"
    return " | ".join(event["message"].strip() for event in found["events"])
