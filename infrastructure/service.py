"""ECS service of a role: rolling deployment with rollback, load balancer and autoscaling."""

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs
from constructs import Construct

from infrastructure.load_balancer import LoadBalancer
from infrastructure.network import PRIVATE
from infrastructure.task_definitions import FargateTask, Shared

MAX_TASKS = {"frontend": 6, "backend": 10}
CPU_TARGET_PERCENT = 60


class Service(Construct):
    """The tasks of a role behind its load balancer."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        shared: Shared,
        role: str,
        load_balancer: LoadBalancer,
        security_group: ec2.SecurityGroup,
    ) -> None:
        super().__init__(scope, construct_id)
        self.load_balancer = load_balancer
        cpu, memory = shared.config.task_size(role)
        self.task = FargateTask(self, "Task", shared=shared, role=role, name=role, cpu=cpu, memory=memory)
        min_tasks, max_tasks = (2, MAX_TASKS[role]) if shared.config.is_production else (1, 2)
        self.fargate_service = ecs.FargateService(
            self,
            "Service",
            service_name=shared.config.resource_name(f"{role.capitalize()}Service"),
            cluster=shared.cluster,
            task_definition=self.task.definition,
            desired_count=min_tasks,
            min_healthy_percent=100,
            max_healthy_percent=200,
            circuit_breaker=ecs.DeploymentCircuitBreaker(enable=True, rollback=True),
            health_check_grace_period=Duration.seconds(60),
            vpc_subnets=PRIVATE,
            security_groups=[security_group],
            propagate_tags=ecs.PropagatedTagSource.SERVICE,
        )
        self.target_group = load_balancer.forward_to(self.fargate_service)
        self.scaling = self.fargate_service.auto_scale_task_count(min_capacity=min_tasks, max_capacity=max_tasks)
        self.scaling.scale_on_cpu_utilization("Cpu", target_utilization_percent=CPU_TARGET_PERCENT)

    def scale_on_jobs(self, metric: cloudwatch.Metric, *, jobs_per_task: float) -> None:
        """Keep the mean of ``metric`` over the tasks near ``jobs_per_task``."""
        self.scaling.scale_to_track_custom_metric("Jobs", metric=metric, target_value=jobs_per_task)
