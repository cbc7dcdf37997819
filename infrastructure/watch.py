"""What tells people how it goes: alarms by e-mail, one dashboard, the measure of jobs in flight."""

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_elasticloadbalancingv2 as elb
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from constructs import Construct

from infrastructure.config import Config
from infrastructure.service import Service
from infrastructure.stores import Cache, Database

MINUTE = Duration.minutes(1)
MORE = cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD
LESS = cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD


def jobs_in_flight(namespace: str) -> cloudwatch.Metric:
    """The mean over the backend's tasks, which write it into their logs (``EMF_NAMESPACE``)."""
    return cloudwatch.Metric(
        namespace=namespace,
        metric_name="JobsInFlight",
        dimensions_map={"Role": "backend"},
        statistic="Average",
        period=MINUTE,
    )


class Watch(Construct):
    """Alarms that say what is wrong in their names, and a dashboard of the same numbers."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        config: Config,
        services: dict[str, Service],
        database: Database,
        cache: Cache,
        jobs: cloudwatch.Metric,
    ) -> None:
        super().__init__(scope, construct_id)
        self.config = config
        self.topic = sns.Topic(self, "Alarms", topic_name=config.name("animal-classifier-alarms"), enforce_ssl=True)
        if config.alarm_email:
            self.topic.add_subscription(subscriptions.EmailSubscription(config.alarm_email))
        self.alarms: list[cloudwatch.Alarm] = []
        for role, service in services.items():
            self._watch_service(role, service)
        self._watch_stores(database, cache)
        self._draw(services, jobs)

    def _watch_service(self, role: str, service: Service) -> None:
        targets = service.targets.metrics
        self._alarm(f"{role}-unhealthy", targets.unhealthy_host_count(period=MINUTE, statistic="Maximum"), MORE, 0, 3)
        faults = targets.http_code_target(elb.HttpCodeTarget.TARGET_5XX_COUNT, period=MINUTE)
        self._alarm(f"{role}-faults", faults, MORE, 5, 3)
        self._alarm(f"{role}-slow", targets.target_response_time(period=MINUTE, statistic="p95"), MORE, 2, 5)
        self._alarm(f"{role}-busy", service.service.metric_cpu_utilization(period=MINUTE), MORE, 90, 10)
        self._alarm(f"{role}-memory", service.service.metric_memory_utilization(period=MINUTE), MORE, 90, 5)

    def _watch_stores(self, database: Database, cache: Cache) -> None:
        instance = database.instance
        self._alarm("database-busy", instance.metric_cpu_utilization(period=MINUTE), MORE, 90, 10)
        self._alarm("database-full", instance.metric_free_storage_space(period=MINUTE), LESS, 2 * 1024**3, 5)
        memory = cloudwatch.Metric(
            namespace="AWS/ElastiCache",
            metric_name="DatabaseMemoryUsagePercentage",
            dimensions_map={"ReplicationGroupId": cache.nodes.ref},
            period=MINUTE,
        )
        self._alarm("cache-full", memory, MORE, 90, 5)

    def _alarm(
        self,
        name: str,
        metric: cloudwatch.IMetric,
        comparison: cloudwatch.ComparisonOperator,
        threshold: float,
        minutes: int,
    ) -> None:
        alarm = cloudwatch.Alarm(
            self,
            name,
            alarm_name=self.config.name(f"animal-classifier-{name}"),
            metric=metric,
            comparison_operator=comparison,
            threshold=threshold,
            evaluation_periods=minutes,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
        )
        alarm.add_alarm_action(actions.SnsAction(self.topic))
        alarm.add_ok_action(actions.SnsAction(self.topic))
        self.alarms.append(alarm)

    def _draw(self, services: dict[str, Service], jobs: cloudwatch.Metric) -> None:
        board = cloudwatch.Dashboard(self, "Board", dashboard_name=self.config.name("AnimalClassifier"))
        board.add_widgets(cloudwatch.AlarmStatusWidget(alarms=list(self.alarms), width=24))
        for role, service in services.items():
            targets, tasks = service.targets.metrics, service.service
            load = [tasks.metric_cpu_utilization(period=MINUTE), tasks.metric_memory_utilization(period=MINUTE)]
            hosts = [targets.healthy_host_count(period=MINUTE), targets.unhealthy_host_count(period=MINUTE)]
            requests = [targets.request_count(period=MINUTE)]
            board.add_widgets(
                cloudwatch.GraphWidget(title=f"{role}: CPU and memory, %", left=load, width=8),
                cloudwatch.GraphWidget(title=f"{role}: tasks", left=hosts, width=8),
                cloudwatch.GraphWidget(title=f"{role}: requests", left=requests, width=8),
            )
        board.add_widgets(cloudwatch.GraphWidget(title="Jobs in flight, mean of a task", left=[jobs], width=24))
