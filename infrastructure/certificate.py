"""TLS certificate of both hosts."""

from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_route53 as route53
from constructs import Construct

from infrastructure.config import Config


class Certificate(Construct):
    """Certificate for the page's host and the backend's: ``CERTIFICATE_ARN``, or a new one validated through DNS.

    ``zone`` is the Route 53 zone of both hosts, or ``None`` without ``HOSTED_ZONE_ID``.
    """

    def __init__(self, scope: Construct, construct_id: str, *, config: Config) -> None:
        super().__init__(scope, construct_id)
        self.zone = self._import_zone(config)
        self.certificate = self._import_or_create(config)

    def _import_zone(self, config: Config) -> route53.IHostedZone | None:
        if not config.hosted_zone_id:
            return None
        # A look-up of the zone would need the account at synthesis. Records are written with their full names.
        return route53.HostedZone.from_hosted_zone_attributes(
            self, "Zone", hosted_zone_id=config.hosted_zone_id, zone_name=config.domain_name
        )

    def _import_or_create(self, config: Config) -> acm.ICertificate:
        if config.certificate_arn:
            return acm.Certificate.from_certificate_arn(self, "Given", config.certificate_arn)
        return acm.Certificate(
            self,
            "Made",
            domain_name=config.domain_name,
            subject_alternative_names=[config.backend_host],
            validation=acm.CertificateValidation.from_dns(self.zone),
        )
