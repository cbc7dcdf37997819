"""One certificate for both hosts: a given one, or one that proves itself through DNS."""

from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_route53 as route53
from constructs import Construct

from infrastructure.config import Config


class Certificate(Construct):
    """``certificate`` covers the page's host and the backend's; ``zone`` is where their names stand, if we know it."""

    def __init__(self, scope: Construct, construct_id: str, *, config: Config) -> None:
        super().__init__(scope, construct_id)
        self.zone = self._zone(config)
        self.certificate = self._certificate(config)

    def _zone(self, config: Config) -> route53.IHostedZone | None:
        if not config.hosted_zone_id:
            return None
        # No look-up: that would need the account at synthesis. Records are written with their whole names.
        return route53.HostedZone.from_hosted_zone_attributes(
            self, "Zone", hosted_zone_id=config.hosted_zone_id, zone_name=config.domain_name
        )

    def _certificate(self, config: Config) -> acm.ICertificate:
        if config.certificate_arn:
            return acm.Certificate.from_certificate_arn(self, "Given", config.certificate_arn)
        return acm.Certificate(
            self,
            "Made",
            domain_name=config.domain_name,
            subject_alternative_names=[config.backend_host],
            validation=acm.CertificateValidation.from_dns(self.zone),
        )
