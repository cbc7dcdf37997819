"""CloudFormation stack of the product. Construct ids determine the logical ids of deployed resources: keep them."""

from aws_cdk import App, CfnOutput, Environment, Stack
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs

from infrastructure.alarms import Alarms, jobs_in_flight
from infrastructure.certificate import Certificate
from infrastructure.config import ROLES, Config
from infrastructure.data_stores import Cache, Database, PhotoStorage, Secrets
from infrastructure.load_balancer import LoadBalancer
from infrastructure.network import Network
from infrastructure.one_off_tasks import MigrationTask, PurgeTask, StaffTask
from infrastructure.service import Service
from infrastructure.task_definitions import Shared

#: Mean of jobs in flight above which another backend task starts: more than a task's cores, less than a second of work.
JOBS_PER_TASK = 6


class ProductStack(Stack):
    """Network, data stores, both services, one-off tasks and alarms."""

    def __init__(self, scope: App, construct_id: str, *, config: Config, env: Environment) -> None:
        self.config = config
        super().__init__(scope, construct_id, env=env)
        self.network = Network(self, "Network", zones=config.zones)
        self.shared = self._create_shared()
        self.certificate = Certificate(self, "Certificate", config=config)
        self.services = {role: self._create_service(role) for role in ROLES}
        self._create_one_off_tasks()
        self._grant_photo_access()
        jobs = jobs_in_flight(config.metrics_namespace)
        self.services["backend"].scale_on_jobs(jobs, jobs_per_task=JOBS_PER_TASK)
        Alarms(self, "Watch", shared=self.shared, services=self.services, jobs=jobs)
        self._add_outputs()

    @property
    def availability_zones(self) -> list[str]:
        """Return the configured zones, so that the CDK does not query the account at synthesis."""
        return self.config.zones

    def _create_shared(self) -> Shared:
        is_production = self.config.is_production
        cluster = ecs.Cluster(
            self,
            "Cluster",
            cluster_name=self.config.resource_name("AnimalClassifierCluster"),
            vpc=self.network.vpc,
            container_insights_v2=ecs.ContainerInsights.ENABLED,
        )
        return Shared(
            config=self.config,
            network=self.network,
            cluster=cluster,
            database=Database(self, "Database", network=self.network, is_production=is_production),
            cache=Cache(self, "Cache", network=self.network, is_production=is_production),
            photos=PhotoStorage(self, "Photos", is_production=is_production),
            secrets=Secrets(self, "Keys"),
        )

    def _create_service(self, role: str) -> Service:
        title = role.capitalize()
        load_balancer = LoadBalancer(
            self,
            f"{title}Balancer",
            shared=self.shared,
            host=self.config.host(role),
            certificate=self.certificate,
        )
        return Service(
            self,
            title,
            shared=self.shared,
            role=role,
            load_balancer=load_balancer,
            security_group=self._create_task_security_group(role),
        )

    def _create_task_security_group(self, name: str) -> ec2.SecurityGroup:
        """Create a group with egress to AWS over TLS, the database and the cache, and without ingress."""
        group = self.network.security_group(self, f"{name.capitalize()}Tasks", description=f"Tasks: {name}")
        group.add_egress_rule(ec2.Peer.any_ipv4(), ec2.Port.tcp(443), "AWS over TLS, through the NAT gateway")
        group.connections.allow_to(self.shared.database.security_group, ec2.Port.tcp(5432), "PostgreSQL")
        group.connections.allow_to(self.shared.cache.security_group, ec2.Port.tcp(6379), "Valkey")
        return group

    def _create_one_off_tasks(self) -> None:
        self.one_off_group = self._create_task_security_group("once")
        migration = MigrationTask(self, "Migration", shared=self.shared, security_group=self.one_off_group)
        PurgeTask(self, "Purge", shared=self.shared, security_group=self.one_off_group)
        self.staff_task = StaffTask(self, "Staff", shared=self.shared).task
        for service in self.services.values():
            service.fargate_service.node.add_dependency(migration.completion)

    def _grant_photo_access(self) -> None:
        """Let the backend write photos and read and delete spooled records; let the frontend read and delete photos."""
        photos = self.shared.photos
        backend = self.services["backend"].task.task_role
        photos.grant_objects(backend, "s3:PutObject")
        photos.grant_objects(backend, "s3:GetObject", "s3:DeleteObject", prefix="spool/")
        photos.grant_list(backend, prefix="spool/")
        photos.grant_objects(self.services["frontend"].task.task_role, "s3:GetObject", "s3:DeleteObject")

    def _add_outputs(self) -> None:
        """Add the outputs that ``make deploy``, ``make admin-user`` and the monitor read."""
        shared = self.shared
        outputs = {
            "Page": f"https://{self.config.domain_name}",
            "Socket": f"wss://{self.config.backend_host}/ws/classify",
            "PhotosBucket": shared.photos.bucket.bucket_name,
            "AccessLogsBucket": shared.photos.access_logs.bucket_name,
            "DatabaseName": shared.database.instance.instance_identifier,
            "TaskSubnets": ",".join(self.network.private_subnet_ids()),
            "TaskGroup": self.one_off_group.security_group_id,
            "StaffTask": self.staff_task.definition.task_definition_arn,
            "StaffPassword": shared.secrets.staff_password.secret_arn,
        }
        for role, service in self.services.items():
            outputs[f"{role.capitalize()}Task"] = service.task.definition.task_definition_arn
            outputs[f"{role.capitalize()}Address"] = service.load_balancer.balancer.load_balancer_dns_name
        for name, value in outputs.items():
            CfnOutput(self, name, value=value)
