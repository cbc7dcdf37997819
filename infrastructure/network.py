"""The private network: two zones, public, private and isolated subnets, one way out."""

from aws_cdk import Acknowledgment, RemovalPolicy, Validations
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_logs as logs
from constructs import Construct

CIDR = "172.16.0.0/16"


class Network(Construct):
    """Load balancers stand in the public subnets, tasks in the private ones, stores in the isolated ones."""

    def __init__(self, scope: Construct, construct_id: str, *, zones: list[str]) -> None:
        super().__init__(scope, construct_id)
        kinds = ec2.SubnetType
        self.vpc = ec2.Vpc(
            self,
            "Vpc",
            ip_addresses=ec2.IpAddresses.cidr(CIDR),
            availability_zones=zones,
            nat_gateways=1,  # one costs less than the four endpoints that would do without it
            restrict_default_security_group=False,
            subnet_configuration=[
                ec2.SubnetConfiguration(name="public", subnet_type=kinds.PUBLIC, cidr_mask=24),
                ec2.SubnetConfiguration(name="private", subnet_type=kinds.PRIVATE_WITH_EGRESS, cidr_mask=20),
                ec2.SubnetConfiguration(name="isolated", subnet_type=kinds.PRIVATE_ISOLATED, cidr_mask=24),
            ],
            gateway_endpoints={"S3": ec2.GatewayVpcEndpointOptions(service=ec2.GatewayVpcEndpointAwsService.S3)},
        )
        zones_are_said = Acknowledgment(id="CloudFormation-Validate::W3010", reason="The zones are a setting.")
        Validations.of(self.vpc).acknowledge(zones_are_said)
        self._log_refusals()

    def _log_refusals(self) -> None:
        group = logs.LogGroup(
            self, "Refused", retention=logs.RetentionDays.ONE_MONTH, removal_policy=RemovalPolicy.DESTROY
        )
        destination = ec2.FlowLogDestination.to_cloud_watch_logs(group)
        self.vpc.add_flow_log("Refused", destination=destination, traffic_type=ec2.FlowLogTrafficType.REJECT)

    def security_group(self, scope: Construct, name: str, description: str) -> ec2.SecurityGroup:
        """A group that lets nothing in and nothing out until somebody says so."""
        return ec2.SecurityGroup(scope, name, vpc=self.vpc, description=description, allow_all_outbound=False)
