"""CloudWatch alarms, dashboard and the metric of jobs in flight."""

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_elasticloadbalancingv2 as elb
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from constructs import Construct

from infrastructure.service import Service
from infrastructure.task_definitions import Shared

MINUTE = Duration.minutes(1)
ABOVE = cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD
BELOW = cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD
MIN_FREE_STORAGE_BYTES = 2 * 1024**3


def jobs_in_flight(namespace: str) -> cloudwatch.Metric:
    """Return the mean of jobs in flight over the backend's tasks, which write it to their logs (``EMF_NAMESPACE``)."""
    return cloudwatch.Metric(
        namespace=namespace,
        metric_name="JobsInFlight",
        dimensions_map={"Role": "backend"},
        statistic="Average",
        period=MINUTE,
    )


class Alarms(Construct):
    """Alarms that notify an SNS topic, and a dashboard of the same metrics. Alarm names state the problem."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        shared: Shared,
        services: dict[str, Service],
        jobs: cloudwatch.Metric,
    ) -> None:
        super().__init__(scope, construct_id)
        self.config = shared.config
        topic_name = self.config.resource_name("animal-classifier-alarms")
        self.topic = sns.Topic(self, "Alarms", topic_name=topic_name, enforce_ssl=True)
        if self.config.alarm_email:
            self.topic.add_subscription(subscriptions.EmailSubscription(self.config.alarm_email))
        self.alarms: list[cloudwatch.IAlarm] = []
        for role, service in services.items():
            self._add_service_alarms(role, service)
        self._add_store_alarms(shared)
        self._add_dashboard(services, jobs)

    def _add_service_alarms(self, role: str, service: Service) -> None:
        targets, tasks = service.target_group.metrics, service.fargate_service
        unhealthy = targets.unhealthy_host_count(period=MINUTE, statistic="Maximum")
        errors = targets.http_code_target(elb.HttpCodeTarget.TARGET_5XX_COUNT, period=MINUTE)
        latency = targets.target_response_time(period=MINUTE, statistic="p95")
        self._add_alarm(f"{role}-unhealthy", unhealthy, ABOVE, 0, minutes=3)
        self._add_alarm(f"{role}-faults", errors, ABOVE, 5, minutes=3)
        self._add_alarm(f"{role}-slow", latency, ABOVE, 2, minutes=5)
        self._add_alarm(f"{role}-busy", tasks.metric_cpu_utilization(period=MINUTE), ABOVE, 90, minutes=10)
        self._add_alarm(f"{role}-memory", tasks.metric_memory_utilization(period=MINUTE), ABOVE, 90, minutes=5)

    def _add_store_alarms(self, shared: Shared) -> None:
        instance = shared.database.instance
        free_storage = instance.metric_free_storage_space(period=MINUTE)
        cache_memory = cloudwatch.Metric(
            namespace="AWS/ElastiCache",
            metric_name="DatabaseMemoryUsagePercentage",
            dimensions_map={"ReplicationGroupId": shared.cache.replication_group.ref},
            period=MINUTE,
        )
        self._add_alarm("database-busy", instance.metric_cpu_utilization(period=MINUTE), ABOVE, 90, minutes=10)
        self._add_alarm("database-full", free_storage, BELOW, MIN_FREE_STORAGE_BYTES, minutes=5)
        self._add_alarm("cache-full", cache_memory, ABOVE, 90, minutes=5)

    def _add_alarm(
        self,
        name: str,
        metric: cloudwatch.IMetric,
        comparison: cloudwatch.ComparisonOperator,
        threshold: float,
        *,
        minutes: int,
    ) -> None:
        alarm = cloudwatch.Alarm(
            self,
            name,
            alarm_name=self.config.resource_name(f"animal-classifier-{name}"),
            metric=metric,
            comparison_operator=comparison,
            threshold=threshold,
            evaluation_periods=minutes,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
        )
        alarm.add_alarm_action(actions.SnsAction(self.topic))
        alarm.add_ok_action(actions.SnsAction(self.topic))
        self.alarms.append(alarm)

    def _add_dashboard(self, services: dict[str, Service], jobs: cloudwatch.Metric) -> None:
        dashboard = cloudwatch.Dashboard(self, "Board", dashboard_name=self.config.resource_name("AnimalClassifier"))
        dashboard.add_widgets(cloudwatch.AlarmStatusWidget(alarms=self.alarms, width=24))
        for role, service in services.items():
            targets, tasks = service.target_group.metrics, service.fargate_service
            load = [tasks.metric_cpu_utilization(period=MINUTE), tasks.metric_memory_utilization(period=MINUTE)]
            hosts = [targets.healthy_host_count(period=MINUTE), targets.unhealthy_host_count(period=MINUTE)]
            requests = [targets.request_count(period=MINUTE)]
            dashboard.add_widgets(
                cloudwatch.GraphWidget(title=f"{role}: CPU and memory, %", left=load, width=8),
                cloudwatch.GraphWidget(title=f"{role}: tasks", left=hosts, width=8),
                cloudwatch.GraphWidget(title=f"{role}: requests", left=requests, width=8),
            )
        dashboard.add_widgets(cloudwatch.GraphWidget(title="Jobs in flight, mean per task", left=[jobs], width=24))
