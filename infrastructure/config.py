"""What a deployment is told: read from the environment once, refused in clear words."""

import re
import sys
from enum import StrEnum
from typing import Self

from pydantic import Field, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

HOST = r"^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$"
DIGEST = r"^(sha256:[0-9a-f]{64})?$"
#: vCPU units → memory in MiB that Fargate takes with them.
FARGATE = {256: range(512, 2049, 512), 512: range(1024, 4097, 1024), 1024: range(2048, 8193, 1024)}
FARGATE |= {2048: range(4096, 16385, 1024), 4096: range(8192, 30721, 1024)}


class Profile(StrEnum):
    """How much is paid for staying up."""

    PRODUCTION = "production"
    DEMO = "demo"


class Config(BaseSettings):
    """The variables of ``infrastructure/README.md``, in capitals."""

    model_config = SettingsConfigDict(frozen=True, env_ignore_empty=True)

    cdk_default_account: str = Field(pattern=r"^\d{12}$", description="the account's 12 digits")
    cdk_default_region: str = Field(pattern=r"^[a-z]{2}(-[a-z]+)+-\d$", description="a region, such as us-east-1")
    domain_name: str = Field(pattern=HOST, description="the page's host name, such as animals.example.org")
    hosted_zone_id: str = Field("", pattern=r"^(Z[A-Z0-9]{5,31})?$", description="the Route 53 zone of DOMAIN_NAME")
    certificate_arn: str = Field("", pattern=r"^(arn:aws[a-z-]*:acm:.+)?$", description="the ARN of a certificate")
    profile: Profile = Field(Profile.PRODUCTION, description="production or demo")
    name_prefix: str = Field("", pattern=r"^([a-z][a-z0-9-]{0,15}-)?$", description="small letters ending with a dash")
    alarm_email: str = Field("", pattern=r"^([^@\s]+@[^@\s]+)?$", description="an e-mail address")
    history_days: int = Field(365, ge=1, le=3650, description="days, from 1 to 3650")
    availability_zones: str = Field("", description="two zones, such as us-east-1a,us-east-1b")
    frontend_cpu: int = Field(512, description="vCPU units that Fargate has")
    frontend_memory: int = Field(1024, description="MiB that Fargate has with that many vCPU units")
    backend_cpu: int = Field(1024, description="vCPU units that Fargate has")
    backend_memory: int = Field(2048, description="MiB that Fargate has with that many vCPU units")
    frontend_digest: str = Field("", pattern=DIGEST, description="sha256:… of a pushed image (set by make deploy)")
    backend_digest: str = Field("", pattern=DIGEST, description="sha256:… of a pushed image (set by make deploy)")

    @model_validator(mode="after")
    def check_together(self) -> Self:
        """What is right alone and wrong together."""
        if not self.hosted_zone_id and not self.certificate_arn:
            raise ValueError("HOSTED_ZONE_ID or CERTIFICATE_ARN must be set: without a zone no certificate can be made")
        if self.certificate_arn and f":{self.cdk_default_region}:" not in self.certificate_arn:
            raise ValueError(f"CERTIFICATE_ARN is of another region than CDK_DEFAULT_REGION={self.cdk_default_region}")
        if len(self.zones) != 2 or any(not zone.startswith(self.cdk_default_region) for zone in self.zones):
            raise ValueError("AVAILABILITY_ZONES must be two zones of CDK_DEFAULT_REGION, parted by a comma")
        for role in ("frontend", "backend"):
            cpu, memory = getattr(self, f"{role}_cpu"), getattr(self, f"{role}_memory")
            if memory not in FARGATE.get(cpu, ()):
                raise ValueError(f"{role.upper()}_CPU={cpu} with {role.upper()}_MEMORY={memory} is no Fargate size")
        return self

    @property
    def zones(self) -> list[str]:
        """The two availability zones, the region's first two unless said."""
        if self.availability_zones:
            return self.availability_zones.split(",")
        return [f"{self.cdk_default_region}{letter}" for letter in "ab"]

    @property
    def backend_host(self) -> str:
        """Where the page's socket goes."""
        return f"backend.{self.domain_name}"

    @property
    def lasting(self) -> bool:
        """Whether data must outlive mistakes: backups, a second of everything, protection."""
        return self.profile is Profile.PRODUCTION

    @property
    def metrics(self) -> str:
        """The namespace of its own measures in CloudWatch."""
        return self.name("AnimalClassifier")

    def name(self, name: str) -> str:
        """A name of the seed's, behind the prefix: ``/aws/ecs/frontend`` becomes ``/aws/ecs/staging-frontend``."""
        path, _, last = name.rpartition("/")
        return f"{path}/{self.name_prefix}{last}" if path else f"{self.name_prefix}{last}"


def read() -> Config:
    """The configuration, or the end of this process with one line for each thing that is wrong."""
    try:
        return Config()
    except ValidationError as error:
        sys.exit("\n".join(explain(error)))


def explain(error: ValidationError) -> list[str]:
    """One sentence for each mistake, naming the variable and what it must be."""
    lines = []
    for mistake in error.errors():
        if not mistake["loc"]:
            lines.append(re.sub("^Value error, ", "", mistake["msg"]) + ".")
            continue
        field = str(mistake["loc"][0])
        wanted = Config.model_fields[field].description
        found = "is not set" if mistake["type"] == "missing" else f"is {mistake['input']!r}"
        lines.append(f"{field.upper()} {found}: it must be {wanted}.")
    return lines
