"""AWS account of a deployment: identity checks, stacks and one-off tasks."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from infrastructure import task_runner
from infrastructure.config import ROLES, Config

BOOTSTRAP_STACK = "CDKToolkit"


class DeploymentError(Exception):
    """A command cannot continue. The message states the cause and the next step."""


@dataclass(frozen=True)
class Account:
    """AWS account and region of a deployment."""

    config: Config

    @cached_property
    def session(self) -> boto3.Session:
        """Return a session of the active profile in the deployment's region."""
        return boto3.Session(region_name=self.config.cdk_default_region)

    def client(self, service: Any) -> Any:
        """Return a client of an AWS service."""
        return self.session.client(service)

    @property
    def product_stack(self) -> str:
        """Return the name of the product's stack."""
        return self.config.resource_name("AnimalClassifier")

    @property
    def repositories_stack(self) -> str:
        """Return the name of the stack of the image repositories."""
        return self.config.resource_name("AnimalClassifierImages")

    @property
    def cluster(self) -> str:
        """Return the name of the ECS cluster."""
        return self.config.resource_name("AnimalClassifierCluster")

    def check(self) -> None:
        """Raise ``DeploymentError`` unless profile, region and certificate match the configuration."""
        try:
            account = self.client("sts").get_caller_identity()["Account"]
        except (BotoCoreError, ClientError) as error:
            raise DeploymentError(
                f"AWS rejects the credentials ({error}): choose a profile with AWS_PROFILE"
            ) from error
        self._check_matches("CDK_DEFAULT_ACCOUNT", self.config.cdk_default_account, active=account)
        region = boto3.Session().region_name or self.config.cdk_default_region
        self._check_matches("CDK_DEFAULT_REGION", self.config.cdk_default_region, active=region)
        if self.config.certificate_arn:
            self._check_certificate()

    @staticmethod
    def _check_matches(variable: str, configured: str, *, active: str) -> None:
        if active != configured:
            raise DeploymentError(
                f"{variable} is {configured}, but the active profile uses {active}: change one of them"
            )

    def _check_certificate(self) -> None:
        arn = self.config.certificate_arn
        certificate = self.client("acm").describe_certificate(CertificateArn=arn)["Certificate"]
        names = {certificate["DomainName"], *certificate.get("SubjectAlternativeNames", [])}
        for host in (self.config.domain_name, self.config.backend_host):
            if not names & {host, f"*.{host.partition('.')[2]}"}:
                raise DeploymentError(f"CERTIFICATE_ARN does not cover {host}; it covers {', '.join(sorted(names))}")
        if certificate["Status"] != "ISSUED":
            raise DeploymentError(f"CERTIFICATE_ARN is {certificate['Status']}, not ISSUED")

    def describe_stack(self, name: str) -> Any:
        """Return CloudFormation's description of a stack, or ``None`` if it does not exist."""
        try:
            return self.client("cloudformation").describe_stacks(StackName=name)["Stacks"][0]
        except ClientError as error:
            if "does not exist" in str(error):
                return None
            raise

    def outputs(self) -> dict[str, str]:
        """Return the outputs of the product's stack; empty if it is not deployed."""
        stack = self.describe_stack(self.product_stack) or {}
        return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}

    def describe_container(self, role: str, outputs: dict[str, str]) -> Any:
        """Return the deployed container definition of a role."""
        arn = outputs[f"{role.capitalize()}Task"]
        task = self.client("ecs").describe_task_definition(taskDefinition=arn)["taskDefinition"]
        return task["containerDefinitions"][0]

    def deployed_digests(self, outputs: dict[str, str]) -> dict[str, str]:
        """Return the digests of the deployed images by role."""
        return {role: self.describe_container(role, outputs)["image"].rpartition("@")[2] for role in ROLES}

    def run_staff_task(self, outputs: dict[str, str]) -> None:
        """Run the task that creates the staff user. Raises ``DeploymentError`` if it fails."""
        properties = {
            "Cluster": self.cluster,
            "TaskDefinition": outputs["StaffTask"],
            "Subnets": outputs["TaskSubnets"].split(","),
            "SecurityGroup": outputs["TaskGroup"],
            "LogGroup": self.log_group("staff"),
        }
        try:
            task_runner.run_task(properties, self.session)
        except RuntimeError as error:
            raise DeploymentError(str(error)) from error

    def log_group(self, name: str) -> str:
        """Return the name of the log group of a container."""
        return self.config.resource_name(f"/aws/ecs/{name}")
