"""Deployment settings, read from environment variables and validated."""

import re
import sys
from enum import StrEnum
from typing import Self

from pydantic import Field, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

ROLES = ("frontend", "backend")
HOST = r"^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$"
DIGEST = r"^(sha256:[0-9a-f]{64})?$"
#: vCPU units → memory sizes in MiB that Fargate supports with them.
FARGATE_MEMORY = {256: range(512, 2049, 512), 512: range(1024, 4097, 1024), 1024: range(2048, 8193, 1024)}
FARGATE_MEMORY |= {2048: range(4096, 16385, 1024), 4096: range(8192, 30721, 1024)}


class Profile(StrEnum):
    """Level of availability and its cost; docs/deployment.md compares both."""

    PRODUCTION = "production"
    DEMO = "demo"


class Config(BaseSettings):
    """Settings of one deployment. ``infrastructure/README.md`` lists the variables."""

    model_config = SettingsConfigDict(frozen=True, env_ignore_empty=True)

    cdk_default_account: str = Field(pattern=r"^\d{12}$", description="an AWS account id of 12 digits")
    cdk_default_region: str = Field(pattern=r"^[a-z]{2}(-[a-z]+)+-\d$", description="a region, such as us-east-1")
    domain_name: str = Field(pattern=HOST, description="the page's host name, such as animals.example.org")
    hosted_zone_id: str = Field("", pattern=r"^(Z[A-Z0-9]{5,31})?$", description="the Route 53 zone of DOMAIN_NAME")
    certificate_arn: str = Field("", pattern=r"^(arn:aws[a-z-]*:acm:.+)?$", description="the ARN of a certificate")
    profile: Profile = Field(Profile.PRODUCTION, description="production or demo")
    name_prefix: str = Field(
        "",
        pattern=r"^([a-z][a-z0-9-]{0,15}-)?$",
        description="lower-case letters, digits and dashes, ending with a dash",
    )
    alarm_email: str = Field("", pattern=r"^([^@\s]+@[^@\s]+)?$", description="an e-mail address")
    history_days: int = Field(365, ge=1, le=3650, description="a number of days from 1 to 3650")
    availability_zones: str = Field("", description="two zones, such as us-east-1a,us-east-1b")
    frontend_cpu: int = Field(512, description="a number of vCPU units that Fargate supports")
    frontend_memory: int = Field(1024, description="a memory size in MiB that Fargate supports for FRONTEND_CPU")
    backend_cpu: int = Field(1024, description="a number of vCPU units that Fargate supports")
    backend_memory: int = Field(2048, description="a memory size in MiB that Fargate supports for BACKEND_CPU")
    frontend_digest: str = Field("", pattern=DIGEST, description="sha256:… of a pushed image (set by make deploy)")
    backend_digest: str = Field("", pattern=DIGEST, description="sha256:… of a pushed image (set by make deploy)")

    @model_validator(mode="after")
    def check_combinations(self) -> Self:
        """Raise ``ValueError`` for settings that contradict each other."""
        if not self.hosted_zone_id and not self.certificate_arn:
            raise ValueError("HOSTED_ZONE_ID or CERTIFICATE_ARN must be set: a new certificate needs a hosted zone")
        if self.certificate_arn and f":{self.cdk_default_region}:" not in self.certificate_arn:
            raise ValueError(f"CERTIFICATE_ARN is not in the region CDK_DEFAULT_REGION={self.cdk_default_region}")
        if len(self.zones) != 2 or any(not zone.startswith(self.cdk_default_region) for zone in self.zones):
            raise ValueError("AVAILABILITY_ZONES must be two zones of CDK_DEFAULT_REGION, separated by a comma")
        for role in ROLES:
            cpu, memory = self.task_size(role)
            if memory not in FARGATE_MEMORY.get(cpu, ()):
                raise ValueError(
                    f"{role.upper()}_CPU={cpu} with {role.upper()}_MEMORY={memory} is not a size that Fargate supports"
                )
        return self

    @property
    def zones(self) -> list[str]:
        """Return the two availability zones; the default is the region's first two."""
        if self.availability_zones:
            return self.availability_zones.split(",")
        return [f"{self.cdk_default_region}{letter}" for letter in "ab"]

    @property
    def backend_host(self) -> str:
        """Return the host name of the WebSocket endpoint."""
        return f"backend.{self.domain_name}"

    @property
    def is_production(self) -> bool:
        """Return whether the deployment has backups, redundancy and deletion protection."""
        return self.profile is Profile.PRODUCTION

    @property
    def metrics_namespace(self) -> str:
        """Return the CloudWatch namespace of the product's own metrics."""
        return self.resource_name("AnimalClassifier")

    def host(self, role: str) -> str:
        """Return the public host name of a role."""
        return self.domain_name if role == "frontend" else self.backend_host

    def digest(self, role: str) -> str:
        """Return the digest of a role's pushed image, or an empty string if the CDK builds the image."""
        return self.frontend_digest if role == "frontend" else self.backend_digest

    def task_size(self, role: str) -> tuple[int, int]:
        """Return the vCPU units and the memory in MiB of a role's task."""
        if role == "frontend":
            return self.frontend_cpu, self.frontend_memory
        return self.backend_cpu, self.backend_memory

    def resource_name(self, name: str) -> str:
        """Return ``name`` with the prefix: ``/aws/ecs/frontend`` becomes ``/aws/ecs/staging-frontend``."""
        path, _, last = name.rpartition("/")
        return f"{path}/{self.name_prefix}{last}" if path else f"{self.name_prefix}{last}"


def load_config() -> Config:
    """Read the settings from the environment. Exits with one line for each invalid variable."""
    try:
        return Config()
    except ValidationError as error:
        sys.exit("\n".join(describe_errors(error)))


def describe_errors(error: ValidationError) -> list[str]:
    """Return one sentence for each error, naming the variable and its valid values."""
    sentences = []
    for details in error.errors():
        if not details["loc"]:
            sentences.append(re.sub("^Value error, ", "", details["msg"]) + ".")
            continue
        field = str(details["loc"][0])
        problem = "is not set" if details["type"] == "missing" else f"is {details['input']!r}"
        sentences.append(f"{field.upper()} {problem}: it must be {Config.model_fields[field].description}.")
    return sentences
