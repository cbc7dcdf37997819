"""Tasks that run once and end: migrations before a release, the daily purge, the first staff user."""

from pathlib import Path
from typing import cast

from aws_cdk import CfnElement, CustomResource, Duration, RemovalPolicy, Stack
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as functions
from aws_cdk import aws_logs as logs
from constructs import Construct

from infrastructure.acknowledge import acknowledge
from infrastructure.tasks import PRIVATE, Surroundings, Task

HANDLER = Path(__file__).with_name("run_task.py")
PURGE_AT = events.Schedule.cron(hour="3", minute="17")
WITHIN = Duration.minutes(14)


class Migration(Construct):
    """Migrates the database with the new image; CloudFormation waits, and services roll when it has ended well."""

    def __init__(self, scope: Construct, construct_id: str, *, around: Surroundings, group: ec2.SecurityGroup) -> None:
        super().__init__(scope, construct_id)
        command = ["python", "manage.py", "migrate", "--no-input"]
        self.task = Task(self, "Task", around=around, role="frontend", name="migrate", command=command)
        function = self._function(around)
        self.done = CustomResource(
            self,
            "Done",
            service_token=function.function_arn,
            service_timeout=Duration.minutes(15),
            resource_type="Custom::Migration",
            properties={
                "Cluster": around.cluster.cluster_name,
                "TaskDefinition": self.task.definition.task_definition_arn,
                "Subnets": around.network.vpc.select_subnets(subnet_type=PRIVATE.subnet_type).subnet_ids,
                "SecurityGroup": group.security_group_id,
                "LogGroup": self.task.logs.log_group_name,
            },
        )
        self.done.node.add_dependency(around.network.vpc, around.database.instance, group)

    def _function(self, around: Surroundings) -> functions.Function:
        own_logs = logs.LogGroup(
            self, "Logs", retention=logs.RetentionDays.ONE_MONTH, removal_policy=RemovalPolicy.DESTROY
        )
        role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
        own_logs.grant_write(role)
        function = functions.Function(
            self,
            "Run",
            runtime=functions.Runtime.PYTHON_3_13,
            handler="index.handler",
            code=functions.Code.from_inline(HANDLER.read_text(encoding="utf-8")),
            timeout=WITHIN,
            role=role,
            log_group=own_logs,
        )
        self.task.definition.grant_run(function)
        self.task.logs.grant_read(function)
        in_cluster = {"ArnEquals": {"ecs:cluster": around.cluster.cluster_arn}}
        function.add_to_role_policy(
            iam.PolicyStatement(actions=["ecs:DescribeTasks"], resources=["*"], conditions=in_cluster)
        )
        acknowledge(
            role, {"IAM5[Resource::*]": "A task has no name before it runs: a condition keeps it to this cluster."}
        )
        acknowledge(function, {"L1": "Python 3.13 is what the project is tested with."})
        return function


class Purge(Construct):
    """Every night: what has been kept long enough is erased."""

    def __init__(self, scope: Construct, construct_id: str, *, around: Surroundings, group: ec2.SecurityGroup) -> None:
        super().__init__(scope, construct_id)
        command = ["python", "manage.py", "purge_history", "--older-than", f"{around.config.history_days}d"]
        self.task = Task(self, "Task", around=around, role="frontend", name="purge", command=command)
        around.photos.allow(self.task.task_role, "s3:GetObject", "s3:DeleteObject")  # get: to ask how old a file is
        around.photos.allow_list(self.task.task_role, within="photos/")
        target = targets.EcsTask(
            cluster=around.cluster,
            task_definition=self.task.definition,
            subnet_selection=PRIVATE,
            security_groups=[group],
        )
        cluster = Stack.of(self).get_logical_id(cast("CfnElement", around.cluster.node.default_child))
        tasks = f"arn:<AWS::Partition>:ecs:{around.config.cdk_default_region}:*:task/<{cluster}>/*"
        acknowledge(self.task.definition, {f"IAM5[Resource::{tasks}]": "To tag the tasks it starts in this cluster."})
        self.rule = events.Rule(self, "Nightly", schedule=PURGE_AT, targets=[target])


class Staff(Construct):
    """Makes the first staff user; ``make admin-user`` starts it. The password stays in Secrets Manager."""

    def __init__(self, scope: Construct, construct_id: str, *, around: Surroundings) -> None:
        super().__init__(scope, construct_id)
        self.task = Task(
            self,
            "Task",
            around=around,
            role="frontend",
            name="staff",
            command=["python", "manage.py", "create_staff"],
            secrets={"STAFF_PASSWORD": ecs.Secret.from_secrets_manager(around.keys.staff)},
        )
