"""What every task of this product is made of: an image, its settings, its secrets, a log, a folder to write to."""

from dataclasses import dataclass

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from constructs import Construct

from infrastructure.acknowledge import acknowledge
from infrastructure.config import Config
from infrastructure.images import image
from infrastructure.network import Network
from infrastructure.stores import Cache, Database, Keys, Photos

PORT = 8000
PRIVATE = ec2.SubnetSelection(subnet_type=ec2.SubnetType.PRIVATE_WITH_EGRESS)
#: ECS asks a task to end, and ends it itself so much later.
STOP_AFTER = Duration.seconds(60)
LIVE = "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/livez', timeout=4)"


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """Everything a task may need, whatever it does."""

    config: Config
    network: Network
    cluster: ecs.Cluster
    database: Database
    cache: Cache
    photos: Photos
    keys: Keys

    def settings(self, role: str) -> dict[str, str]:
        """The variables of the README's table for a role; none of them is secret."""
        frontend, backend = self.config.domain_name, self.config.backend_host
        settings = {
            "ALLOWED_HOSTS": frontend if role == "frontend" else backend,
            "TRUSTED_PROXIES": "1",
            "DATABASE_URL": self.database.url,
            "REDIS_URL": self.cache.url,
            "S3_BUCKET": self.photos.bucket.bucket_name,
            "S3_REGION": self.config.cdk_default_region,
            "LOG_FORMAT": "json",
        }
        if role == "frontend":
            return settings | {"BACKEND_WS_URL": f"wss://{backend}"}
        workers = max(1, self.config.backend_cpu // 1024)
        measures = {"EMF_EVERY_S": "30", "EMF_NAMESPACE": self.config.metrics}
        return settings | measures | {"FRONTEND_ORIGINS": f"https://{frontend}", "WORKERS": str(workers)}

    def secrets(self) -> dict[str, ecs.Secret]:
        """The variables that are secret, handed over by ECS."""
        return {
            "SECRET_KEY": ecs.Secret.from_secrets_manager(self.keys.signing),
            "DATABASE_PASSWORD": ecs.Secret.from_secrets_manager(self.database.password, "password"),
        }


class Task(Construct):
    """A task definition with one container: read-only but for ``/data``, not root, no capability."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        around: Surroundings,
        role: str,
        name: str,
        cpu: int = 256,
        memory: int = 512,
        command: list[str] | None = None,
        secrets: dict[str, ecs.Secret] | None = None,
    ) -> None:
        super().__init__(scope, construct_id)
        config = around.config
        self.name = name
        self.logs = logs.LogGroup(
            self,
            "Logs",
            log_group_name=config.name(f"/aws/ecs/{name}"),
            retention=logs.RetentionDays.THREE_MONTHS if config.lasting else logs.RetentionDays.ONE_WEEK,
            removal_policy=RemovalPolicy.DESTROY,
        )
        self.definition = ecs.FargateTaskDefinition(
            self,
            "Definition",
            family=config.name(f"animal-classifier-{name}"),
            cpu=cpu,
            memory_limit_mib=memory,
            runtime_platform=ecs.RuntimePlatform(
                cpu_architecture=ecs.CpuArchitecture.X86_64, operating_system_family=ecs.OperatingSystemFamily.LINUX
            ),
            volumes=[ecs.Volume(name="data")],
        )
        self.container = self.definition.add_container(
            name,
            container_name=name,
            image=image(self, config, role),
            command=command,
            environment=around.settings(role),
            secrets=around.secrets() | (secrets or {}),
            logging=ecs.LogDrivers.aws_logs(stream_prefix=name, log_group=self.logs),
            readonly_root_filesystem=True,
            stop_timeout=STOP_AFTER,
            linux_parameters=self._without_capabilities(),
            health_check=self._health_check() if command is None else None,
            port_mappings=[ecs.PortMapping(container_port=PORT)] if command is None else None,
        )
        self.container.add_mount_points(ecs.MountPoint(container_path="/data", source_volume="data", read_only=False))
        self._acknowledge()

    @property
    def task_role(self) -> iam.IRole:
        """Who the program in the container is to AWS."""
        return self.definition.task_role

    def _without_capabilities(self) -> ecs.LinuxParameters:
        parameters = ecs.LinuxParameters(self, "Linux")
        parameters.drop_capabilities(ecs.Capability.ALL)
        return parameters

    def _health_check(self) -> ecs.HealthCheck:
        # ECS does not read the Dockerfile's.
        return ecs.HealthCheck(
            command=["CMD", "python", "-c", LIVE],
            interval=Duration.seconds(10),
            timeout=Duration.seconds(5),
            retries=3,
            start_period=Duration.seconds(30),
        )

    def _acknowledge(self) -> None:
        acknowledge(self.definition, {"ECS2": "Only what is not secret; the secrets come from Secrets Manager."})
        pulling = "ecr:GetAuthorizationToken knows no resource; the rest is on this role's repository, log and secrets."
        acknowledge(self.definition.obtain_execution_role(), {"IAM5[Resource::*]": pulling})
