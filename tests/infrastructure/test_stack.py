"""Assertions on the synthesized CloudFormation template."""

import json

import pytest

from tests.infrastructure.templates import DIGEST, list_resources, synthesize


def resource_names(resource_type: str, key: str, **settings) -> set[str]:
    return {resource.get(key) for resource in list_resources(resource_type, **settings)}


def tasks_by_name() -> dict:
    return {task["ContainerDefinitions"][0]["Name"]: task for task in list_resources("ECS::TaskDefinition")}


def container_definition(name: str) -> dict:
    return tasks_by_name()[name]["ContainerDefinitions"][0]


def allowed_actions(construct: str, keys: str = "") -> set[str]:
    """Return the actions that a task's role allows, on anything or on the bucket's objects ``keys``."""
    policies = [
        policy["Properties"]["PolicyDocument"]
        for logical_id, policy in synthesize().find_resources("AWS::IAM::Policy").items()
        if logical_id.startswith(f"{construct}TaskDefinitionTaskRoleDefaultPolicy")
    ]
    statements = [statement for policy in policies for statement in policy["Statement"]]
    actions: set[str] = set()
    for statement in statements:
        if not keys or f'"/{keys}"' in json.dumps(statement):
            action = statement["Action"]
            actions |= {action} if isinstance(action, str) else set(action)
    return actions


def test_resource_names_are_those_of_the_previous_version():
    assert resource_names("ECS::Service", "ServiceName") == {"FrontendService", "BackendService"}
    assert resource_names("ECS::Cluster", "ClusterName") == {"AnimalClassifierCluster"}
    assert {"/aws/ecs/frontend", "/aws/ecs/backend"} <= resource_names("Logs::LogGroup", "LogGroupName")


def test_name_prefix_precedes_every_resource_name():
    services = resource_names("ECS::Service", "ServiceName", name_prefix="staging-")
    assert services == {"staging-FrontendService", "staging-BackendService"}
    groups = resource_names("Logs::LogGroup", "LogGroupName", name_prefix="staging-")
    assert {"/aws/ecs/staging-frontend", "/aws/ecs/staging-backend"} <= groups
    scaling = list_resources("ApplicationAutoScaling::ScalingPolicy", name_prefix="staging-")
    assert '"Namespace": "staging-AnimalClassifier"' in json.dumps(scaling)


def test_the_network_has_three_kinds_of_subnets_in_two_zones():
    assert list_resources("EC2::VPC")[0]["CidrBlock"] == "172.16.0.0/16"
    assert len(list_resources("EC2::Subnet")) == 6
    assert resource_names("EC2::Subnet", "AvailabilityZone") == {"eu-west-1a", "eu-west-1b"}


@pytest.mark.parametrize(("role", "cpu", "memory"), [("frontend", "512", "1024"), ("backend", "1024", "2048")])
def test_a_task_has_the_configured_size_and_image_digest(role, cpu, memory):
    task = tasks_by_name()[role]
    assert (task["Cpu"], task["Memory"]) == (cpu, memory)
    assert DIGEST in json.dumps(container_definition(role)["Image"])


@pytest.mark.parametrize("name", ["frontend", "backend", "migrate", "purge", "staff"])
def test_a_task_can_write_only_to_data_and_has_no_secret_in_plain_variables(name):
    container = container_definition(name)
    assert container["ReadonlyRootFilesystem"] is True
    assert [mount["ContainerPath"] for mount in container["MountPoints"]] == ["/data"]
    assert container["LinuxParameters"]["Capabilities"]["Drop"] == ["ALL"]
    assert {"SECRET_KEY", "DATABASE_PASSWORD"} <= {secret["Name"] for secret in container["Secrets"]}
    assert not {"SECRET_KEY", "DATABASE_PASSWORD"} & {variable["Name"] for variable in container["Environment"]}


def test_only_the_staff_task_gets_the_staff_password():
    names = {
        name
        for name in tasks_by_name()
        if "STAFF_PASSWORD" in {secret["Name"] for secret in container_definition(name)["Secrets"]}
    }
    assert names == {"staff"}


def test_each_task_has_only_the_bucket_permissions_that_it_uses():
    assert allowed_actions("Backend", "*") == {"s3:PutObject"}
    assert allowed_actions("Backend", "spool/*") == {"s3:GetObject", "s3:DeleteObject"}
    assert allowed_actions("Backend") == {"s3:PutObject", "s3:GetObject", "s3:DeleteObject", "s3:ListBucket"}
    assert allowed_actions("Frontend") == {"s3:GetObject", "s3:DeleteObject"}
    assert allowed_actions("Migration") == allowed_actions("Staff") == set()


def test_services_roll_out_after_the_migration_and_roll_back_on_failure():
    for service in synthesize().find_resources("AWS::ECS::Service").values():
        assert any(name.startswith("MigrationDone") for name in service["DependsOn"])
        breaker = service["Properties"]["DeploymentConfiguration"]["DeploymentCircuitBreaker"]
        assert breaker == {"Enable": True, "Rollback": True}


def test_http_redirects_to_https_with_tls_1_2_or_later():
    listeners = {listener["Port"]: listener for listener in list_resources("ElasticLoadBalancingV2::Listener")}
    assert listeners[80]["DefaultActions"][0]["RedirectConfig"]["Protocol"] == "HTTPS"
    assert listeners[443]["SslPolicy"] == "ELBSecurityPolicy-TLS13-1-2-Res-2021-06"


def test_load_balancers_check_the_readiness_of_tasks():
    groups = list_resources("ElasticLoadBalancingV2::TargetGroup")
    assert [group["HealthCheckPath"] for group in groups] == ["/readyz", "/readyz"]


def test_only_the_load_balancers_are_open_to_the_internet():
    open_ports = [
        (rule["FromPort"], rule["CidrIp"])
        for group in list_resources("EC2::SecurityGroup")
        for rule in group.get("SecurityGroupIngress", [])
    ]
    assert sorted(open_ports) == [(80, "0.0.0.0/0"), (80, "0.0.0.0/0"), (443, "0.0.0.0/0"), (443, "0.0.0.0/0")]


def test_security_groups_allow_only_the_ports_in_use_between_each_other():
    rules = list_resources("EC2::SecurityGroupIngress")
    ports = sorted(rule["ToPort"] for rule in rules if "SourceSecurityGroupId" in rule)
    assert ports == [5432, 5432, 5432, 6379, 6379, 6379, 8000, 8000]
    assert not any("CidrIp" in rule for rule in rules)


def test_data_stores_are_encrypted_and_private():
    database, cache = list_resources("RDS::DBInstance")[0], list_resources("ElastiCache::ReplicationGroup")[0]
    assert database["StorageEncrypted"] is True
    assert database["PubliclyAccessible"] is False
    assert cache["TransitEncryptionEnabled"] is True
    for bucket in list_resources("S3::Bucket"):
        assert all(bucket["PublicAccessBlockConfiguration"].values())


def test_the_created_certificate_covers_both_hosts():
    certificate = list_resources("CertificateManager::Certificate")[0]
    assert certificate["DomainName"] == "animals.example.org"
    assert certificate["SubjectAlternativeNames"] == ["backend.animals.example.org"]


def test_a_configured_certificate_is_used_instead_of_a_new_one():
    arn = "arn:aws:acm:eu-west-1:123456789012:certificate/abc"
    assert not list_resources("CertificateManager::Certificate", certificate_arn=arn)
    listeners = list_resources("ElasticLoadBalancingV2::Listener", certificate_arn=arn)
    certificates = [listener["Certificates"] for listener in listeners if listener["Port"] == 443]
    assert certificates == 2 * [[{"CertificateArn": arn}]]


def test_both_services_scale_on_cpu_and_the_backend_also_on_jobs():
    policies = [
        policy["TargetTrackingScalingPolicyConfiguration"]
        for policy in list_resources("ApplicationAutoScaling::ScalingPolicy")
    ]
    assert sorted("PredefinedMetricSpecification" in policy for policy in policies) == [False, True, True]


def test_the_purge_runs_every_night():
    assert [rule["ScheduleExpression"] for rule in list_resources("Events::Rule")] == ["cron(17 3 * * ? *)"]
    assert allowed_actions("Purge") == {"s3:GetObject", "s3:DeleteObject", "s3:ListBucket"}


def test_every_alarm_notifies_a_topic():
    alarms = list_resources("CloudWatch::Alarm")
    assert len(alarms) > 10
    assert all(alarm["AlarmActions"] and alarm["OKActions"] for alarm in alarms)


def test_the_demo_profile_has_no_redundancy_and_retains_nothing():
    assert {service["DesiredCount"] for service in list_resources("ECS::Service", "demo")} == {1}
    assert list_resources("RDS::DBInstance", "demo")[0]["MultiAZ"] is False
    resources = synthesize("demo").to_json()["Resources"].values()
    assert {resource.get("DeletionPolicy") for resource in resources} == {None, "Delete"}


def test_production_retains_the_photos_and_a_last_database_snapshot():
    resources = synthesize().to_json()["Resources"].values()
    policies = {entry["Type"]: entry["DeletionPolicy"] for entry in resources if "DeletionPolicy" in entry}
    assert policies["AWS::RDS::DBInstance"] == "Snapshot"
    assert policies["AWS::S3::Bucket"] == "Retain"
