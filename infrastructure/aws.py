"""The account that a deployment goes to: who we are there, what stands there, one task that runs and ends."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from infrastructure.config import Config

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import TaskTypeDef

BOOTSTRAP_STACK = "CDKToolkit"
LOG_LINES = 5


class DeploymentError(Exception):
    """A deployment cannot go on; the message says why and what to do."""


@dataclass(frozen=True)
class Account:
    """What the commands ask AWS."""

    config: Config

    @cached_property
    def session(self) -> boto3.Session:
        """The active profile, in the region of the deployment."""
        return boto3.Session(region_name=self.config.cdk_default_region)

    def client(self, service: Any) -> Any:
        """A client of that region."""
        return self.session.client(service)

    @property
    def product(self) -> str:
        """The name of the product's stack."""
        return self.config.name("AnimalClassifier")

    @property
    def registry(self) -> str:
        """The name of the stack of its image repositories."""
        return self.config.name("AnimalClassifierImages")

    def check(self) -> None:
        """Refuses a deployment to where the active profile does not lead, or under a certificate that does not fit."""
        try:
            account = self.client("sts").get_caller_identity()["Account"]
        except (BotoCoreError, ClientError) as error:
            raise DeploymentError(
                f"AWS does not know who you are ({error}): choose a profile with AWS_PROFILE"
            ) from error
        wanted = self.config
        if account != wanted.cdk_default_account:
            text = f"CDK_DEFAULT_ACCOUNT is {wanted.cdk_default_account}, but the active profile is of {account}"
            raise DeploymentError(text)
        active = boto3.Session().region_name
        if active and active != wanted.cdk_default_region:
            text = f"CDK_DEFAULT_REGION is {wanted.cdk_default_region}, but the active profile is in {active}"
            raise DeploymentError(text)
        if wanted.certificate_arn:
            self._check_certificate()

    def _check_certificate(self) -> None:
        found = self.client("acm").describe_certificate(CertificateArn=self.config.certificate_arn)["Certificate"]
        names = {found["DomainName"], *found.get("SubjectAlternativeNames", [])}
        for host in (self.config.domain_name, self.config.backend_host):
            if not names & {host, f"*.{host.partition('.')[2]}"}:
                raise DeploymentError(f"CERTIFICATE_ARN does not cover {host}; it covers {', '.join(sorted(names))}")
        if found["Status"] != "ISSUED":
            raise DeploymentError(f"CERTIFICATE_ARN is {found['Status']}, not ISSUED")

    def stands(self, stack: str) -> bool:
        """Whether a stack of that name exists."""
        try:
            self.client("cloudformation").describe_stacks(StackName=stack)
        except ClientError as error:
            if "does not exist" in str(error):
                return False
            raise
        return True

    def outputs(self) -> dict[str, str]:
        """What the product's stack says of itself; empty when it does not stand."""
        if not self.stands(self.product):
            return {}
        stack = self.client("cloudformation").describe_stacks(StackName=self.product)["Stacks"][0]
        return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}

    def digests(self, outputs: dict[str, str]) -> dict[str, str]:
        """The images that are deployed, by role."""
        ecs, found = self.client("ecs"), {}
        for role in ("frontend", "backend"):
            task = ecs.describe_task_definition(taskDefinition=outputs[f"{role.capitalize()}Task"])["taskDefinition"]
            found[role] = task["containerDefinitions"][0]["image"].rpartition("@")[2]
        return found

    def run(self, task: str, outputs: dict[str, str]) -> None:
        """Runs a task to its end. Raises ``DeploymentError`` with its last words when that was not a good one."""
        ecs, cluster = self.client("ecs"), self.config.name("AnimalClassifierCluster")
        network = {"subnets": outputs["TaskSubnets"].split(","), "securityGroups": [outputs["TaskGroup"]]}
        started = ecs.run_task(
            cluster=cluster,
            taskDefinition=task,
            launchType="FARGATE",
            networkConfiguration={"awsvpcConfiguration": network},
        )
        if started["failures"]:
            raise DeploymentError(f"the task did not start: {started['failures']}")
        arn = started["tasks"][0]["taskArn"]
        ecs.get_waiter("tasks_stopped").wait(
            cluster=cluster, tasks=[arn], WaiterConfig={"Delay": 3, "MaxAttempts": 200}
        )
        ended = ecs.describe_tasks(cluster=cluster, tasks=[arn])["tasks"][0]
        if ended["containers"][0].get("exitCode") != 0:
            raise DeploymentError(f"the task failed: {self.last_words(ended)}")

    def last_words(self, task: "TaskTypeDef") -> str:
        """Why a task stopped, and the end of its log."""
        container = task["containers"][0]
        name = container["name"]
        why = [task.get("stoppedReason", ""), container.get("reason", ""), f"exit code {container.get('exitCode')}"]
        stream = f"{name}/{name}/{task['taskArn'].rpartition('/')[2]}"
        try:
            found = self.client("logs").get_log_events(
                logGroupName=self.config.name(f"/aws/ecs/{name}"), logStreamName=stream, limit=LOG_LINES
            )
        except ClientError:
            found = {"events": []}
        return " | ".join(word for word in [*why, *(event["message"].strip() for event in found["events"])] if word)
