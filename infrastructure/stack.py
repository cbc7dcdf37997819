"""The whole deployment. Wiring only: what a part is stands in its own file."""

from aws_cdk import App, CfnOutput, Environment, Stack
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs

from infrastructure.balancer import Balancer
from infrastructure.certificate import Certificate
from infrastructure.config import Config
from infrastructure.network import Network
from infrastructure.once import Migration, Purge, Staff
from infrastructure.service import Service, Size
from infrastructure.stores import Cache, Database, Keys, Photos
from infrastructure.tasks import PRIVATE, Surroundings
from infrastructure.watch import Watch, jobs_in_flight

#: Jobs a backend task has in flight when another is worth starting: more than its cores, less than a second's work.
JOBS_EACH = 6


class Product(Stack):
    """Both roles, what they keep, and what watches them."""

    def __init__(self, scope: App, construct_id: str, *, config: Config, env: Environment) -> None:
        self.config = config
        super().__init__(scope, construct_id, env=env)
        self.network = Network(self, "Network", zones=config.zones)
        self.around = self._surroundings()
        self.certificate = Certificate(self, "Certificate", config=config)
        self.services = {role: self._service(role) for role in ("frontend", "backend")}
        self._tasks_of_one_run()
        self._grant()
        jobs = jobs_in_flight(config.metrics)
        self.services["backend"].scale_on(jobs, each=JOBS_EACH)
        self.watch = Watch(
            self,
            "Watch",
            config=config,
            services=self.services,
            database=self.around.database,
            cache=self.around.cache,
            jobs=jobs,
        )
        self._say()

    @property
    def availability_zones(self) -> list[str]:
        """As configured: the CDK would ask the account, which synthesis does without."""
        return self.config.zones

    def _surroundings(self) -> Surroundings:
        lasting = self.config.lasting
        cluster = ecs.Cluster(
            self,
            "Cluster",
            cluster_name=self.config.name("AnimalClassifierCluster"),
            vpc=self.network.vpc,
            container_insights_v2=ecs.ContainerInsights.ENABLED,
        )
        return Surroundings(
            config=self.config,
            network=self.network,
            cluster=cluster,
            database=Database(self, "Database", network=self.network, lasting=lasting),
            cache=Cache(self, "Cache", network=self.network, lasting=lasting),
            photos=Photos(self, "Photos", lasting=lasting),
            keys=Keys(self, "Keys"),
        )

    def _service(self, role: str) -> Service:
        config, frontend = self.config, role == "frontend"
        balancer = Balancer(
            self,
            f"{role.capitalize()}Balancer",
            config=config,
            host=config.domain_name if frontend else config.backend_host,
            network=self.network,
            certificate=self.certificate,
            photos=self.around.photos,
        )
        size = Size(
            cpu=config.frontend_cpu if frontend else config.backend_cpu,
            memory=config.frontend_memory if frontend else config.backend_memory,
            least=2 if config.lasting else 1,
            most=(6 if frontend else 10) if config.lasting else 2,
        )
        group = self._task_group(role)
        return Service(
            self, role.capitalize(), around=self.around, role=role, size=size, balancer=balancer, group=group
        )

    def _task_group(self, name: str) -> ec2.SecurityGroup:
        """Out to AWS over TLS, to the database and to the cache; in from nowhere unless somebody adds it."""
        group = self.network.security_group(self, f"{name.capitalize()}Tasks", f"Tasks: {name}")
        group.add_egress_rule(ec2.Peer.any_ipv4(), ec2.Port.tcp(443), "AWS over TLS, through the NAT gateway")
        group.connections.allow_to(self.around.database.group, ec2.Port.tcp(5432), "PostgreSQL")
        group.connections.allow_to(self.around.cache.group, ec2.Port.tcp(6379), "Valkey")
        return group

    def _tasks_of_one_run(self) -> None:
        self.once = self._task_group("once")
        self.migration = Migration(self, "Migration", around=self.around, group=self.once)
        self.purge = Purge(self, "Purge", around=self.around, group=self.once)
        self.staff = Staff(self, "Staff", around=self.around)
        for service in self.services.values():
            service.service.node.add_dependency(self.migration.done)

    def _grant(self) -> None:
        """The backend writes photos, and what an ending task could not record; the frontend shows and erases."""
        photos = self.around.photos
        backend = self.services["backend"].task.task_role
        photos.allow(backend, "s3:PutObject")
        photos.allow(backend, "s3:GetObject", "s3:DeleteObject", within="spool/")
        photos.allow_list(backend, within="spool/")
        photos.allow(self.services["frontend"].task.task_role, "s3:GetObject", "s3:DeleteObject")

    def _say(self) -> None:
        """What `make deploy`, `admin-user` and the monitor ask of the stack."""
        photos, private = self.around.photos, self.network.vpc.select_subnets(subnet_type=PRIVATE.subnet_type)
        said = {
            "Page": f"https://{self.config.domain_name}",
            "Socket": f"wss://{self.config.backend_host}/ws/classify",
            "PhotosBucket": photos.bucket.bucket_name,
            "AccessLogsBucket": photos.access_logs.bucket_name,
            "DatabaseName": self.around.database.instance.instance_identifier,
            "TaskSubnets": ",".join(private.subnet_ids),
            "TaskGroup": self.once.security_group_id,
            "StaffTask": self.staff.task.definition.task_definition_arn,
            "StaffPassword": self.around.keys.staff.secret_arn,
        }
        for role, service in self.services.items():
            said[f"{role.capitalize()}Task"] = service.task.definition.task_definition_arn
            said[f"{role.capitalize()}Address"] = service.balancer.balancer.load_balancer_dns_name
        for name, value in said.items():
            CfnOutput(self, name, value=value)
