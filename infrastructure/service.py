"""A role as a service: tasks that are replaced one by one, put back when they fail, and scaled."""

from dataclasses import dataclass

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs
from constructs import Construct

from infrastructure.balancer import Balancer
from infrastructure.tasks import PRIVATE, Surroundings, Task

CPU_PERCENT = 60


@dataclass(frozen=True, kw_only=True)
class Size:
    """One task, and how many of them."""

    cpu: int
    memory: int
    least: int
    most: int


class Service(Construct):
    """The tasks of a role behind its load balancer."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        around: Surroundings,
        role: str,
        size: Size,
        balancer: Balancer,
        group: ec2.SecurityGroup,
    ) -> None:
        super().__init__(scope, construct_id)
        self.balancer = balancer
        self.task = Task(self, "Task", around=around, role=role, name=role, cpu=size.cpu, memory=size.memory)
        self.service = ecs.FargateService(
            self,
            "Service",
            service_name=around.config.name(f"{role.capitalize()}Service"),
            cluster=around.cluster,
            task_definition=self.task.definition,
            desired_count=size.least,
            min_healthy_percent=100,
            max_healthy_percent=200,
            circuit_breaker=ecs.DeploymentCircuitBreaker(enable=True, rollback=True),
            health_check_grace_period=Duration.seconds(60),
            vpc_subnets=PRIVATE,
            security_groups=[group],
            propagate_tags=ecs.PropagatedTagSource.SERVICE,
        )
        self.targets = balancer.forward_to(self.service)
        self.scaling = self.service.auto_scale_task_count(min_capacity=size.least, max_capacity=size.most)
        self.scaling.scale_on_cpu_utilization("Cpu", target_utilization_percent=CPU_PERCENT)

    def scale_on(self, metric: cloudwatch.Metric, *, each: float) -> None:
        """Keeps the mean of ``metric`` over the tasks near ``each``."""
        self.scaling.scale_to_track_custom_metric("Jobs", metric=metric, target_value=each)
