"""Fargate task definitions and the resources that all tasks share."""

from dataclasses import dataclass

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from constructs import Construct

from infrastructure.config import Config
from infrastructure.data_stores import Cache, Database, PhotoStorage, Secrets
from infrastructure.images import container_image
from infrastructure.nag_suppressions import suppress_nag_rules
from infrastructure.network import Network

PORT = 8000
#: Time between SIGTERM and SIGKILL.
STOP_TIMEOUT = Duration.seconds(60)
LIVENESS_PROBE = "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/livez', timeout=4)"


@dataclass(frozen=True, kw_only=True)
class Shared:
    """Configuration and resources that every task uses."""

    config: Config
    network: Network
    cluster: ecs.Cluster
    database: Database
    cache: Cache
    photos: PhotoStorage
    secrets: Secrets

    def environment(self, role: str) -> dict[str, str]:
        """Return the environment variables of a role that are not secret."""
        config = self.config
        variables = {
            "ALLOWED_HOSTS": config.host(role),
            "TRUSTED_PROXIES": "1",
            "DATABASE_URL": self.database.url,
            "REDIS_URL": self.cache.url,
            "S3_BUCKET": self.photos.bucket.bucket_name,
            "S3_REGION": config.cdk_default_region,
            "LOG_FORMAT": "json",
        }
        if role == "frontend":
            return variables | {"BACKEND_WS_URL": f"wss://{config.backend_host}"}
        return variables | {
            "EMF_EVERY_S": "30",
            "EMF_NAMESPACE": config.metrics_namespace,
            "FRONTEND_ORIGINS": f"https://{config.domain_name}",
            "WORKERS": str(max(1, config.backend_cpu // 1024)),
        }

    def secret_environment(self) -> dict[str, ecs.Secret]:
        """Return the environment variables that ECS reads from Secrets Manager."""
        return {
            "SECRET_KEY": ecs.Secret.from_secrets_manager(self.secrets.signing_key),
            "DATABASE_PASSWORD": ecs.Secret.from_secrets_manager(self.database.password, "password"),
        }


class FargateTask(Construct):
    """Task definition of one container: read-only except ``/data``, not root, without Linux capabilities.

    A task without ``command`` is a server: it has a port and a health check. A one-off task runs the frontend's image.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        shared: Shared,
        name: str,
        role: str = "frontend",
        cpu: int = 256,
        memory: int = 512,
        command: list[str] | None = None,
        secrets: dict[str, ecs.Secret] | None = None,
    ) -> None:
        super().__init__(scope, construct_id)
        self.config = shared.config
        self.log_group = self._create_log_group(name)
        self.definition = self._create_definition(name, cpu=cpu, memory=memory)
        container = self.definition.add_container(
            name,
            container_name=name,
            image=container_image(self, config=shared.config, role=role),
            command=command,
            environment=shared.environment(role),
            secrets=shared.secret_environment() | (secrets or {}),
            logging=ecs.LogDrivers.aws_logs(stream_prefix=name, log_group=self.log_group),
            readonly_root_filesystem=True,
            stop_timeout=STOP_TIMEOUT,
            linux_parameters=self._without_capabilities(),
            health_check=self._health_check() if command is None else None,
            port_mappings=[ecs.PortMapping(container_port=PORT)] if command is None else None,
        )
        container.add_mount_points(ecs.MountPoint(container_path="/data", source_volume="data", read_only=False))
        self._suppress_nag_rules()

    @property
    def task_role(self) -> iam.IRole:
        """Return the IAM role of the program in the container."""
        return self.definition.task_role

    def _create_log_group(self, name: str) -> logs.LogGroup:
        retention = logs.RetentionDays.THREE_MONTHS if self.config.is_production else logs.RetentionDays.ONE_WEEK
        return logs.LogGroup(
            self,
            "Logs",
            log_group_name=self.config.resource_name(f"/aws/ecs/{name}"),
            retention=retention,
            removal_policy=RemovalPolicy.DESTROY,
        )

    def _create_definition(self, name: str, *, cpu: int, memory: int) -> ecs.FargateTaskDefinition:
        return ecs.FargateTaskDefinition(
            self,
            "Definition",
            family=self.config.resource_name(f"animal-classifier-{name}"),
            cpu=cpu,
            memory_limit_mib=memory,
            runtime_platform=ecs.RuntimePlatform(
                cpu_architecture=ecs.CpuArchitecture.X86_64, operating_system_family=ecs.OperatingSystemFamily.LINUX
            ),
            volumes=[ecs.Volume(name="data")],
        )

    def _without_capabilities(self) -> ecs.LinuxParameters:
        parameters = ecs.LinuxParameters(self, "Linux")
        parameters.drop_capabilities(ecs.Capability.ALL)
        return parameters

    def _health_check(self) -> ecs.HealthCheck:
        # ECS ignores the HEALTHCHECK of the Dockerfile.
        return ecs.HealthCheck(
            command=["CMD", "python", "-c", LIVENESS_PROBE],
            interval=Duration.seconds(10),
            timeout=Duration.seconds(5),
            retries=3,
            start_period=Duration.seconds(30),
        )

    def _suppress_nag_rules(self) -> None:
        suppress_nag_rules(self.definition, {"ECS2": "Only public settings; secrets come from Secrets Manager."})
        pull = (
            "ecr:GetAuthorizationToken has no resource; all other actions name the role's repository, log and secrets."
        )
        suppress_nag_rules(self.definition.obtain_execution_role(), {"IAM5[Resource::*]": pull})
