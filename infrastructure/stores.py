"""Where things are kept: PostgreSQL for the history, a bucket for kept photos, Valkey for events, secrets."""

from typing import cast

from aws_cdk import CfnElement, Duration, RemovalPolicy, Stack
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_elasticache as elasticache
from aws_cdk import aws_iam as iam
from aws_cdk import aws_rds as rds
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from infrastructure.acknowledge import acknowledge
from infrastructure.network import Network

ISOLATED = ec2.SubnetSelection(subnet_type=ec2.SubnetType.PRIVATE_ISOLATED)
POSTGRES = rds.PostgresEngineVersion.of("17.6", "17")
VALKEY = "8.0"


class Database(Construct):
    """PostgreSQL, encrypted, reached over TLS; its password is made and kept by Secrets Manager."""

    def __init__(self, scope: Construct, construct_id: str, *, network: Network, lasting: bool) -> None:
        super().__init__(scope, construct_id)
        self.group = network.security_group(self, "Group", "PostgreSQL")
        size = ec2.InstanceSize.SMALL if lasting else ec2.InstanceSize.MICRO
        self.instance = rds.DatabaseInstance(
            self,
            "Instance",
            engine=rds.DatabaseInstanceEngine.postgres(version=POSTGRES),
            instance_type=ec2.InstanceType.of(ec2.InstanceClass.T4G, size),
            credentials=rds.Credentials.from_generated_secret(
                "animals", exclude_characters="!\"#$%&'()*+,/:;<=>?@[\\]^`{|}~"
            ),
            database_name="animals",
            vpc=network.vpc,
            vpc_subnets=ISOLATED,
            security_groups=[self.group],
            multi_az=lasting,
            allocated_storage=20,
            max_allocated_storage=100,
            storage_type=rds.StorageType.GP3,
            storage_encrypted=True,
            backup_retention=Duration.days(14 if lasting else 1),
            delete_automated_backups=not lasting,
            deletion_protection=lasting,
            removal_policy=RemovalPolicy.SNAPSHOT if lasting else RemovalPolicy.DESTROY,
            cloudwatch_logs_exports=["postgresql"],
        )
        if self.instance.secret is None:
            raise TypeError("the database has no secret of its own")
        self.password = self.instance.secret
        self.url = f"postgresql://animals@{self.instance.db_instance_endpoint_address}:5432/animals?sslmode=require"
        self._acknowledge(lasting=lasting)

    def _acknowledge(self, *, lasting: bool) -> None:
        rotation = "The tasks read it when they start; docs/deployment.md says how to change it."
        acknowledge(self.instance.node.find_child("Secret"), {"SMG4": rotation})
        acknowledge(self.instance, {"RDS11": "The port is no secret: only the tasks' security groups reach it."})
        if not lasting:
            cheap = "The demo profile gives up what this asks for; the production profile has it."
            acknowledge(self.instance, {"RDS3": cheap, "RDS10": cheap})


class Cache(Construct):
    """Valkey for events between tasks and shared limits: nodes, not serverless (channels_redis#379), one shard, TLS."""

    def __init__(self, scope: Construct, construct_id: str, *, network: Network, lasting: bool) -> None:
        super().__init__(scope, construct_id)
        self.group = network.security_group(self, "Group", "Valkey")
        subnets = elasticache.CfnSubnetGroup(
            self,
            "Subnets",
            description="The isolated subnets",
            subnet_ids=network.vpc.select_subnets(subnet_type=ISOLATED.subnet_type).subnet_ids,
        )
        self.nodes = elasticache.CfnReplicationGroup(
            self,
            "Nodes",
            replication_group_description="Events and rate limits of the animal classifier",
            engine="valkey",
            engine_version=VALKEY,
            cache_node_type="cache.t4g.micro",
            num_cache_clusters=2 if lasting else 1,
            automatic_failover_enabled=lasting,
            multi_az_enabled=lasting,
            cache_subnet_group_name=subnets.ref,
            security_group_ids=[self.group.security_group_id],
            transit_encryption_enabled=True,
            at_rest_encryption_enabled=True,
        )
        self.url = f"rediss://{self.nodes.attr_primary_end_point_address}:6379/0"
        events = "It holds rate limits and events of seconds; only the tasks' security groups reach it, over TLS."
        port = "The port is no secret: only the tasks' security groups reach it."
        acknowledge(self.nodes, {"AEC5": port, "AEC6": events})
        if not lasting:
            acknowledge(self.nodes, {"AEC4": "The demo profile has one node; production has two, in two zones."})


class Photos(Construct):
    """The private bucket of kept photos, and the bucket that says who asked for them."""

    def __init__(self, scope: Construct, construct_id: str, *, lasting: bool) -> None:
        super().__init__(scope, construct_id)
        removal = RemovalPolicy.RETAIN if lasting else RemovalPolicy.DESTROY
        self.access_logs = self._bucket("AccessLogs", removal, expire_after=Duration.days(90))
        self.bucket = self._bucket("Photos", removal, logs_to=self.access_logs)
        acknowledge(self.access_logs, {"S1": "It is where the access logs go."})

    def allow(self, role: iam.IRole, *actions: str, within: str = "") -> None:
        """Lets ``role`` do just ``actions`` with files, all of them or those of one folder."""
        statement = iam.PolicyStatement(actions=list(actions), resources=[self.bucket.arn_for_objects(f"{within}*")])
        role.add_to_principal_policy(statement)
        bucket = Stack.of(self).get_logical_id(cast("CfnElement", self.bucket.node.default_child))
        reason = "Photos have random names; the actions are named one by one."
        acknowledge(role, {f"IAM5[Resource::<{bucket}.Arn>/{within}*]": reason})

    def allow_list(self, role: iam.IRole, *, within: str) -> None:
        """Lets ``role`` see which files are in a folder, whose name ends with a slash."""
        only = {"StringLike": {"s3:prefix": f"{within}*"}}
        statement = iam.PolicyStatement(actions=["s3:ListBucket"], resources=[self.bucket.bucket_arn], conditions=only)
        role.add_to_principal_policy(statement)

    def _bucket(
        self,
        name: str,
        removal: RemovalPolicy,
        *,
        logs_to: s3.Bucket | None = None,
        expire_after: Duration | None = None,
    ) -> s3.Bucket:
        return s3.Bucket(
            self,
            name,
            encryption=s3.BucketEncryption.S3_MANAGED,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            enforce_ssl=True,
            removal_policy=removal,
            server_access_logs_bucket=logs_to,
            server_access_logs_prefix="photos/" if logs_to else None,
            lifecycle_rules=[s3.LifecycleRule(expiration=expire_after)] if expire_after else None,
        )


class Keys(Construct):
    """What only this deployment knows: the signing key of both roles, the first staff user's password."""

    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(scope, construct_id)
        self.signing = self._secret("SigningKey", "Signs tickets and cookies", length=64)
        self.staff = self._secret("StaffPassword", "Of the user that make admin-user makes", length=24)

    def _secret(self, name: str, description: str, *, length: int) -> secretsmanager.Secret:
        generator = secretsmanager.SecretStringGenerator(password_length=length, exclude_punctuation=True)
        secret = secretsmanager.Secret(self, name, description=description, generate_secret_string=generator)
        acknowledge(secret, {"SMG4": "A person changes it: a new key ends every session, so no schedule may."})
        return secret
