"""VPC with public, private and isolated subnets in two zones."""

from aws_cdk import Acknowledgment, RemovalPolicy, Validations
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_logs as logs
from constructs import Construct

CIDR = "172.16.0.0/16"
PRIVATE = ec2.SubnetSelection(subnet_type=ec2.SubnetType.PRIVATE_WITH_EGRESS)
ISOLATED = ec2.SubnetSelection(subnet_type=ec2.SubnetType.PRIVATE_ISOLATED)


class Network(Construct):
    """VPC: load balancers run in the public subnets, tasks in the private ones, data stores in the isolated ones."""

    def __init__(self, scope: Construct, construct_id: str, *, zones: list[str]) -> None:
        super().__init__(scope, construct_id)
        self.vpc = ec2.Vpc(
            self,
            "Vpc",
            ip_addresses=ec2.IpAddresses.cidr(CIDR),
            availability_zones=zones,
            nat_gateways=1,  # one gateway costs less than the four interface endpoints that would replace it
            restrict_default_security_group=False,
            subnet_configuration=[
                ec2.SubnetConfiguration(name="public", subnet_type=ec2.SubnetType.PUBLIC, cidr_mask=24),
                ec2.SubnetConfiguration(name="private", subnet_type=PRIVATE.subnet_type, cidr_mask=20),
                ec2.SubnetConfiguration(name="isolated", subnet_type=ISOLATED.subnet_type, cidr_mask=24),
            ],
            gateway_endpoints={"S3": ec2.GatewayVpcEndpointOptions(service=ec2.GatewayVpcEndpointAwsService.S3)},
        )
        fixed_zones = Acknowledgment(id="CloudFormation-Validate::W3010", reason="The zones are a setting.")
        Validations.of(self.vpc).acknowledge(fixed_zones)
        self._log_rejected_traffic()

    def private_subnet_ids(self) -> list[str]:
        """Return the ids of the subnets in which tasks run."""
        subnet_ids: list[str] = self.vpc.select_subnets(subnet_type=PRIVATE.subnet_type).subnet_ids
        return subnet_ids

    def security_group(self, scope: Construct, construct_id: str, *, description: str) -> ec2.SecurityGroup:
        """Create a security group without any rule."""
        return ec2.SecurityGroup(scope, construct_id, vpc=self.vpc, description=description, allow_all_outbound=False)

    def _log_rejected_traffic(self) -> None:
        group = logs.LogGroup(
            self, "Refused", retention=logs.RetentionDays.ONE_MONTH, removal_policy=RemovalPolicy.DESTROY
        )
        destination = ec2.FlowLogDestination.to_cloud_watch_logs(group)
        self.vpc.add_flow_log("Refused", destination=destination, traffic_type=ec2.FlowLogTrafficType.REJECT)
