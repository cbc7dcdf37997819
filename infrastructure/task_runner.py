"""ECS task runner, also inlined as the Lambda function of ``Custom::Migration``: at most 4096 characters."""

import json
import urllib.request
from typing import Any

import boto3


def handler(event: Any, context: Any) -> None:  # noqa: ARG001 - Lambda passes it
    status, reason = "SUCCESS", "done"
    try:
        if event["RequestType"] != "Delete":
            run_task(event["ResourceProperties"])
    except Exception as error:  # noqa: BLE001 - without a response CloudFormation waits until its timeout
        status, reason = "FAILED", f"{type(error).__name__}: {error}"[:900]
    response = {key: event[key] for key in ("StackId", "RequestId", "LogicalResourceId")}
    response |= {"Status": status, "Reason": reason}
    response["PhysicalResourceId"] = event.get("PhysicalResourceId", "migration")
    body = json.dumps(response).encode()
    request = urllib.request.Request(event["ResponseURL"], data=body, method="PUT")  # noqa: S310 - from CloudFormation
    urllib.request.urlopen(request, timeout=30)  # noqa: S310


def run_task(properties: Any, session: Any = boto3) -> None:
    """Run a task to its end. Raises ``RuntimeError`` with reason and log unless its exit code is 0."""
    ecs, cluster = session.client("ecs"), properties["Cluster"]
    network = {"subnets": properties["Subnets"], "securityGroups": [properties["SecurityGroup"]]}
    response = ecs.run_task(
        cluster=cluster,
        taskDefinition=properties["TaskDefinition"],
        launchType="FARGATE",
        networkConfiguration={"awsvpcConfiguration": network},
    )
    if response["failures"]:
        raise RuntimeError(f"the task did not start: {response['failures']}")
    arn = response["tasks"][0]["taskArn"]
    ecs.get_waiter("tasks_stopped").wait(cluster=cluster, tasks=[arn], WaiterConfig={"Delay": 3, "MaxAttempts": 250})
    task = ecs.describe_tasks(cluster=cluster, tasks=[arn])["tasks"][0]
    if task["containers"][0].get("exitCode") != 0:
        raise RuntimeError(f"the task failed: {describe_stopped_task(task, properties['LogGroup'], session)}")


def describe_stopped_task(task: Any, log_group: str, session: Any = boto3) -> str:
    """Return why a task stopped and its last five log lines."""
    container = task["containers"][0]
    name = container["name"]
    parts = [task.get("stoppedReason"), container.get("reason"), f"exit code {container.get('exitCode')}"]
    stream = f"{name}/{name}/{task['taskArn'].rpartition('/')[2]}"
    try:
        response = session.client("logs").get_log_events(logGroupName=log_group, logStreamName=stream, limit=5)
        parts += [event["message"].strip() for event in response["events"]]
    except Exception as error:  # noqa: BLE001 - the reason is reported in any case
        parts.append(f"no log: {error}")
    return " | ".join(part for part in parts if part)
