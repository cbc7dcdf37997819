"""Tasks that run to completion: database migration, nightly purge, staff user."""

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

from infrastructure.nag_suppressions import suppress_nag_rules
from infrastructure.network import PRIVATE
from infrastructure.task_definitions import FargateTask, Shared

LAMBDA_SOURCE = Path(__file__).with_name("task_runner.py")
LAMBDA_TIMEOUT = Duration.minutes(14)
#: Longer than the Lambda function's own timeout, so that its error is reported.
RESOURCE_TIMEOUT = Duration.minutes(15)
PURGE_SCHEDULE = events.Schedule.cron(hour="3", minute="17")


class MigrationTask(Construct):
    """Database migration with the new image. ``completion`` succeeds or fails with the migration."""

    def __init__(
        self, scope: Construct, construct_id: str, *, shared: Shared, security_group: ec2.SecurityGroup
    ) -> None:
        super().__init__(scope, construct_id)
        command = ["python", "manage.py", "migrate", "--no-input"]
        self.task = FargateTask(self, "Task", shared=shared, name="migrate", command=command)
        self.completion = CustomResource(
            self,
            "Done",
            service_token=self._create_function(shared).function_arn,
            service_timeout=RESOURCE_TIMEOUT,
            resource_type="Custom::Migration",
            properties={
                "Cluster": shared.cluster.cluster_name,
                "TaskDefinition": self.task.definition.task_definition_arn,
                "Subnets": shared.network.private_subnet_ids(),
                "SecurityGroup": security_group.security_group_id,
                "LogGroup": self.task.log_group.log_group_name,
            },
        )
        self.completion.node.add_dependency(shared.network.vpc, shared.database.instance, security_group)

    def _create_function(self, shared: Shared) -> functions.Function:
        log_group = logs.LogGroup(
            self, "Logs", retention=logs.RetentionDays.ONE_MONTH, removal_policy=RemovalPolicy.DESTROY
        )
        role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
        log_group.grant_write(role)
        function = functions.Function(
            self,
            "Run",
            runtime=functions.Runtime.PYTHON_3_13,
            handler="index.handler",
            code=functions.Code.from_inline(LAMBDA_SOURCE.read_text(encoding="utf-8")),
            timeout=LAMBDA_TIMEOUT,
            role=role,
            log_group=log_group,
        )
        suppress_nag_rules(function, {"L1": "Python 3.13 is the newest version that the project is tested with."})
        self._grant_run(function, shared.cluster)
        reason = "A task has no ARN before it runs: a condition restricts the statement to this cluster."
        suppress_nag_rules(role, {"IAM5[Resource::*]": reason})
        return function

    def _grant_run(self, function: functions.Function, cluster: ecs.Cluster) -> None:
        self.task.definition.grant_run(function)
        self.task.log_group.grant_read(function)
        condition = {"ArnEquals": {"ecs:cluster": cluster.cluster_arn}}
        function.add_to_role_policy(
            iam.PolicyStatement(actions=["ecs:DescribeTasks"], resources=["*"], conditions=condition)
        )


class PurgeTask(Construct):
    """Nightly deletion of the records and photos that are older than ``HISTORY_DAYS``."""

    def __init__(
        self, scope: Construct, construct_id: str, *, shared: Shared, security_group: ec2.SecurityGroup
    ) -> None:
        super().__init__(scope, construct_id)
        command = ["python", "manage.py", "purge_history", "--older-than", f"{shared.config.history_days}d"]
        self.task = FargateTask(self, "Task", shared=shared, name="purge", command=command)
        # GetObject: the purge reads the age of an object.
        shared.photos.grant_objects(self.task.task_role, "s3:GetObject", "s3:DeleteObject")
        shared.photos.grant_list(self.task.task_role, prefix="photos/")
        target = targets.EcsTask(
            cluster=shared.cluster,
            task_definition=self.task.definition,
            subnet_selection=PRIVATE,
            security_groups=[security_group],
        )
        events.Rule(self, "Nightly", schedule=PURGE_SCHEDULE, targets=[target])
        cluster = Stack.of(self).get_logical_id(cast("CfnElement", shared.cluster.node.default_child))
        tasks = f"arn:<AWS::Partition>:ecs:{shared.config.cdk_default_region}:*:task/<{cluster}>/*"
        reason = "Tags the tasks that it starts in this cluster."
        suppress_nag_rules(self.task.definition, {f"IAM5[Resource::{tasks}]": reason})


class StaffTask(Construct):
    """Creation of the first staff user, started by ``make admin-user``. Secrets Manager stores the password."""

    def __init__(self, scope: Construct, construct_id: str, *, shared: Shared) -> None:
        super().__init__(scope, construct_id)
        self.task = FargateTask(
            self,
            "Task",
            shared=shared,
            name="staff",
            command=["python", "manage.py", "create_staff"],
            secrets={"STAFF_PASSWORD": ecs.Secret.from_secrets_manager(shared.secrets.staff_password)},
        )
