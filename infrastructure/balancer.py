"""The public side of a role: a load balancer that speaks TLS, and its name."""

from aws_cdk import Duration
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_elasticloadbalancingv2 as elb
from aws_cdk import aws_route53 as route53
from aws_cdk import aws_route53_targets as targets
from constructs import Construct

from infrastructure.acknowledge import acknowledge
from infrastructure.certificate import Certificate
from infrastructure.config import Config
from infrastructure.network import Network
from infrastructure.stores import Photos
from infrastructure.tasks import PORT

#: A silent socket is kept so long; the page pings every 25 s, the server gives up after 150 s.
IDLE = Duration.seconds(300)
#: A task that leaves is sent nothing new for so long before it is asked to end.
LEAVE = Duration.seconds(30)


class Balancer(Construct):
    """HTTPS with TLS 1.2 or later for one host; plain HTTP is sent there. HTTP to the task: decision 0009."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        config: Config,
        host: str,
        network: Network,
        certificate: Certificate,
        photos: Photos,
    ) -> None:
        super().__init__(scope, construct_id)
        self.host = host
        self.group = network.security_group(self, "Group", f"Load balancer of {host}")
        self.balancer = elb.ApplicationLoadBalancer(
            self,
            "Balancer",
            vpc=network.vpc,
            internet_facing=True,
            security_group=self.group,
            idle_timeout=IDLE,
            drop_invalid_header_fields=True,
        )
        self.balancer.log_access_logs(photos.access_logs, prefix=construct_id.lower())
        self._redirect()
        self.listener = self.balancer.add_listener(
            "Https",
            port=443,
            certificates=[certificate.certificate],
            ssl_policy=elb.SslPolicy.TLS13_RES,
        )
        if certificate.zone:
            self._alias(certificate.zone)
        acknowledge(self.group, {"EC23": "A public web site: 80 (which only redirects) and 443 are open to all."})

    def _redirect(self) -> None:
        action = elb.ListenerAction.redirect(protocol="HTTPS", port="443", permanent=True)
        self.balancer.add_listener("Http", port=80, default_action=action)

    def _alias(self, zone: route53.IHostedZone) -> None:
        target = route53.RecordTarget.from_alias(targets.LoadBalancerTarget(self.balancer))
        route53.ARecord(self, "Alias", zone=zone, record_name=f"{self.host}.", target=target)

    def forward_to(self, service: ecs.FargateService) -> elb.ApplicationTargetGroup:
        """Sends every request to the tasks of ``service`` that say they are ready."""
        return self.listener.add_targets(
            "Tasks",
            port=PORT,
            protocol=elb.ApplicationProtocol.HTTP,
            targets=[service],
            deregistration_delay=LEAVE,
            health_check=elb.HealthCheck(
                path="/readyz",
                healthy_http_codes="200",
                interval=Duration.seconds(10),
                timeout=Duration.seconds(5),
                healthy_threshold_count=2,
                unhealthy_threshold_count=3,
            ),
        )
