"""Data stores: PostgreSQL for the history, Valkey for events and rate limits, S3 for photos, Secrets Manager."""

from typing import Any, cast

from aws_cdk import CfnElement, Duration, RemovalPolicy, Stack
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_elasticache as elasticache
from aws_cdk import aws_iam as iam
from aws_cdk import aws_rds as rds
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from infrastructure.nag_suppressions import suppress_nag_rules
from infrastructure.network import ISOLATED, Network

POSTGRES = rds.PostgresEngineVersion.of("17.6", "17")
VALKEY = "8.0"
#: Characters that would have to be escaped in a database URL.
URL_SPECIAL_CHARACTERS = "!\"#$%&'()*+,/:;<=>?@[\\]^`{|}~"


class Database(Construct):
    """PostgreSQL, encrypted at rest and in transit. Secrets Manager generates and stores its password."""

    def __init__(self, scope: Construct, construct_id: str, *, network: Network, is_production: bool) -> None:
        super().__init__(scope, construct_id)
        self.security_group = network.security_group(self, "Group", description="PostgreSQL")
        self.instance = self._create_instance(network, is_production=is_production)
        if self.instance.secret is None:
            raise TypeError("the database instance has no generated secret")
        self.password = self.instance.secret
        self.url = f"postgresql://animals@{self.instance.db_instance_endpoint_address}:5432/animals?sslmode=require"
        self._suppress_nag_rules(is_production=is_production)

    def _create_instance(self, network: Network, *, is_production: bool) -> rds.DatabaseInstance:
        size = ec2.InstanceSize.SMALL if is_production else ec2.InstanceSize.MICRO
        return rds.DatabaseInstance(
            self,
            "Instance",
            engine=rds.DatabaseInstanceEngine.postgres(version=POSTGRES),
            instance_type=ec2.InstanceType.of(ec2.InstanceClass.T4G, size),
            credentials=rds.Credentials.from_generated_secret("animals", exclude_characters=URL_SPECIAL_CHARACTERS),
            database_name="animals",
            vpc=network.vpc,
            vpc_subnets=ISOLATED,
            security_groups=[self.security_group],
            multi_az=is_production,
            allocated_storage=20,
            max_allocated_storage=100,
            storage_type=rds.StorageType.GP3,
            storage_encrypted=True,
            backup_retention=Duration.days(14 if is_production else 1),
            delete_automated_backups=not is_production,
            deletion_protection=is_production,
            removal_policy=RemovalPolicy.SNAPSHOT if is_production else RemovalPolicy.DESTROY,
            cloudwatch_logs_exports=["postgresql"],
        )

    def _suppress_nag_rules(self, *, is_production: bool) -> None:
        rotation = "Tasks read the password when they start; docs/deployment.md describes how to change it."
        suppress_nag_rules(self.instance.node.find_child("Secret"), {"SMG4": rotation})
        port = "The default port is acceptable: only the tasks' security groups can connect."
        suppress_nag_rules(self.instance, {"RDS11": port})
        if not is_production:
            demo = "The demo profile omits this to save cost; the production profile has it."
            suppress_nag_rules(self.instance, {"RDS3": demo, "RDS10": demo})


class Cache(Construct):
    """Valkey over TLS for events between tasks and shared rate limits.

    A node-based cluster with one shard, because channels_redis does not support serverless (channels_redis#379).
    """

    def __init__(self, scope: Construct, construct_id: str, *, network: Network, is_production: bool) -> None:
        super().__init__(scope, construct_id)
        self.security_group = network.security_group(self, "Group", description="Valkey")
        self.replication_group = self._create_replication_group(network, is_production=is_production)
        self.url = f"rediss://{self.replication_group.attr_primary_end_point_address}:6379/0"
        content = "Only rate limits and short-lived events; only the tasks' security groups can connect, over TLS."
        port = "The default port is acceptable: only the tasks' security groups can connect."
        suppress_nag_rules(self.replication_group, {"AEC5": port, "AEC6": content})
        if not is_production:
            demo = "The demo profile has one node; production has two nodes in two zones."
            suppress_nag_rules(self.replication_group, {"AEC4": demo})

    def _create_replication_group(self, network: Network, *, is_production: bool) -> elasticache.CfnReplicationGroup:
        subnets = elasticache.CfnSubnetGroup(
            self,
            "Subnets",
            description="The isolated subnets",
            subnet_ids=network.vpc.select_subnets(subnet_type=ISOLATED.subnet_type).subnet_ids,
        )
        return elasticache.CfnReplicationGroup(
            self,
            "Nodes",
            replication_group_description="Events and rate limits of the animal classifier",
            engine="valkey",
            engine_version=VALKEY,
            cache_node_type="cache.t4g.micro",
            num_cache_clusters=2 if is_production else 1,
            automatic_failover_enabled=is_production,
            multi_az_enabled=is_production,
            cache_subnet_group_name=subnets.ref,
            security_group_ids=[self.security_group.security_group_id],
            transit_encryption_enabled=True,
            at_rest_encryption_enabled=True,
        )


class PhotoStorage(Construct):
    """Private bucket of stored photos, and the bucket of its access logs."""

    def __init__(self, scope: Construct, construct_id: str, *, is_production: bool) -> None:
        super().__init__(scope, construct_id)
        removal = RemovalPolicy.RETAIN if is_production else RemovalPolicy.DESTROY
        expiration = s3.LifecycleRule(expiration=Duration.days(90))
        self.access_logs = self._bucket("AccessLogs", removal_policy=removal, lifecycle_rules=[expiration])
        self.bucket = self._bucket(
            "Photos",
            removal_policy=removal,
            server_access_logs_bucket=self.access_logs,
            server_access_logs_prefix="photos/",
        )
        suppress_nag_rules(self.access_logs, {"S1": "This bucket stores the access logs."})

    def grant_objects(self, role: iam.IRole, *actions: str, prefix: str = "") -> None:
        """Allow ``role`` only ``actions`` on the objects whose keys start with ``prefix``."""
        statement = iam.PolicyStatement(actions=list(actions), resources=[self.bucket.arn_for_objects(f"{prefix}*")])
        role.add_to_principal_policy(statement)
        bucket = Stack.of(self).get_logical_id(cast("CfnElement", self.bucket.node.default_child))
        reason = "Photos have random names; the actions are listed one by one."
        suppress_nag_rules(role, {f"IAM5[Resource::<{bucket}.Arn>/{prefix}*]": reason})

    def grant_list(self, role: iam.IRole, *, prefix: str) -> None:
        """Allow ``role`` to list the keys that start with ``prefix``."""
        condition = {"StringLike": {"s3:prefix": f"{prefix}*"}}
        role.add_to_principal_policy(
            iam.PolicyStatement(actions=["s3:ListBucket"], resources=[self.bucket.bucket_arn], conditions=condition)
        )

    def _bucket(self, construct_id: str, **options: Any) -> s3.Bucket:
        return s3.Bucket(
            self,
            construct_id,
            encryption=s3.BucketEncryption.S3_MANAGED,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            enforce_ssl=True,
            **options,
        )


class Secrets(Construct):
    """Generated secrets: the signing key of both roles and the staff user's password."""

    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(scope, construct_id)
        self.signing_key = self._secret("SigningKey", description="Signs tickets and cookies", length=64)
        self.staff_password = self._secret(
            "StaffPassword", description="Password of the staff user that make admin-user creates", length=24
        )

    def _secret(self, construct_id: str, *, description: str, length: int) -> secretsmanager.Secret:
        generator = secretsmanager.SecretStringGenerator(password_length=length, exclude_punctuation=True)
        secret = secretsmanager.Secret(self, construct_id, description=description, generate_secret_string=generator)
        suppress_nag_rules(secret, {"SMG4": "Changed by hand: a new key ends every session, so no schedule may do it."})
        return secret
