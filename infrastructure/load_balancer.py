"""Public load balancer of a role and its DNS record."""

from aws_cdk import Duration
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_elasticloadbalancingv2 as elb
from aws_cdk import aws_route53 as route53
from aws_cdk import aws_route53_targets as targets
from constructs import Construct

from infrastructure.certificate import Certificate
from infrastructure.nag_suppressions import suppress_nag_rules
from infrastructure.task_definitions import PORT, Shared

#: Longer than the 25 s between the page's pings and the 150 s after which the server closes an idle connection.
IDLE_TIMEOUT = Duration.seconds(300)
#: A task that is being replaced receives no new requests for this time before ECS stops it.
DEREGISTRATION_DELAY = Duration.seconds(30)


class LoadBalancer(Construct):
    """Application load balancer for one host: HTTPS with TLS 1.2 or later; HTTP redirects to HTTPS.

    It connects to the tasks over plain HTTP (docs/decisions/0009-tls-ends-at-the-load-balancer.md).
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, shared: Shared, host: str, certificate: Certificate
    ) -> None:
        super().__init__(scope, construct_id)
        network = shared.network
        group = network.security_group(self, "Group", description=f"Load balancer of {host}")
        self.balancer = elb.ApplicationLoadBalancer(
            self,
            "Balancer",
            vpc=network.vpc,
            internet_facing=True,
            security_group=group,
            idle_timeout=IDLE_TIMEOUT,
            drop_invalid_header_fields=True,
        )
        self.balancer.log_access_logs(shared.photos.access_logs, prefix=construct_id.lower())
        self._add_redirect()
        self.listener = self.balancer.add_listener(
            "Https", port=443, certificates=[certificate.certificate], ssl_policy=elb.SslPolicy.TLS13_RES
        )
        if certificate.zone:
            self._add_dns_record(host, certificate.zone)
        suppress_nag_rules(group, {"EC23": "A public web site: 80 (redirect only) and 443 are open to all."})

    def _add_redirect(self) -> None:
        action = elb.ListenerAction.redirect(protocol="HTTPS", port="443", permanent=True)
        self.balancer.add_listener("Http", port=80, default_action=action)

    def _add_dns_record(self, host: str, zone: route53.IHostedZone) -> None:
        target = route53.RecordTarget.from_alias(targets.LoadBalancerTarget(self.balancer))
        route53.ARecord(self, "Alias", zone=zone, record_name=f"{host}.", target=target)

    def forward_to(self, service: ecs.FargateService) -> elb.ApplicationTargetGroup:
        """Forward all requests to the ready tasks of ``service``."""
        return self.listener.add_targets(
            "Tasks",
            port=PORT,
            protocol=elb.ApplicationProtocol.HTTP,
            targets=[service],
            deregistration_delay=DEREGISTRATION_DELAY,
            health_check=elb.HealthCheck(
                path="/readyz",
                healthy_http_codes="200",
                interval=Duration.seconds(10),
                timeout=Duration.seconds(5),
                healthy_threshold_count=2,
                unhealthy_threshold_count=3,
            ),
        )
