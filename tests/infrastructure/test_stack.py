"""What is deployed, read from the template that CloudFormation gets."""

import json

import pytest

from tests.infrastructure.stacks import DIGEST, resources, template


def by_name(kind: str, key: str, **other) -> dict:
    return {resource[key]: resource for resource in resources(kind, **other)}


def containers() -> dict:
    return {task["ContainerDefinitions"][0]["Name"]: task for task in resources("ECS::TaskDefinition")}


def actions(name: str, within: str = "") -> set[str]:
    """What the task role of a container may do, with everything or within one folder of the bucket."""
    policies = template().find_resources("AWS::IAM::Policy")
    found = [policy for key, policy in policies.items() if key.startswith(f"{name}TaskDefinitionTaskRoleDefaultPolicy")]
    statements = [statement for policy in found for statement in policy["Properties"]["PolicyDocument"]["Statement"]]
    of_folder = [one for one in statements if not within or f'"/{within}"' in json.dumps(one)]
    listed = [[one["Action"]] if isinstance(one["Action"], str) else one["Action"] for one in of_folder]
    return {action for group in listed for action in group}


def test_the_names_are_those_of_the_version_before_this_one():
    assert set(by_name("ECS::Service", "ServiceName")) == {"FrontendService", "BackendService"}
    assert set(by_name("ECS::Cluster", "ClusterName")) == {"AnimalClassifierCluster"}
    groups = {group.get("LogGroupName") for group in resources("Logs::LogGroup")}
    assert {"/aws/ecs/frontend", "/aws/ecs/backend"} <= groups


def test_a_prefix_stands_before_every_name():
    services = by_name("ECS::Service", "ServiceName", name_prefix="staging-")
    assert set(services) == {"staging-FrontendService", "staging-BackendService"}
    groups = {group.get("LogGroupName") for group in resources("Logs::LogGroup", name_prefix="staging-")}
    assert {"/aws/ecs/staging-frontend", "/aws/ecs/staging-backend"} <= groups
    scaling = resources("ApplicationAutoScaling::ScalingPolicy", name_prefix="staging-")
    assert '"Namespace": "staging-AnimalClassifier"' in json.dumps(scaling)


def test_the_network_is_172_16_with_three_kinds_of_subnets_in_two_zones():
    assert resources("EC2::VPC")[0]["CidrBlock"] == "172.16.0.0/16"
    assert len(resources("EC2::Subnet")) == 6
    assert {subnet["AvailabilityZone"] for subnet in resources("EC2::Subnet")} == {"eu-west-1a", "eu-west-1b"}


@pytest.mark.parametrize(("role", "cpu", "memory"), [("frontend", "512", "1024"), ("backend", "1024", "2048")])
def test_a_task_has_its_size_and_its_image_by_digest(role, cpu, memory):
    task = containers()[role]
    assert (task["Cpu"], task["Memory"]) == (cpu, memory)
    assert DIGEST in json.dumps(task["ContainerDefinitions"][0]["Image"])


@pytest.mark.parametrize("name", ["frontend", "backend", "migrate", "purge", "staff"])
def test_a_task_can_write_nowhere_but_its_data_and_holds_no_secret_in_the_open(name):
    container = containers()[name]["ContainerDefinitions"][0]
    assert container["ReadonlyRootFilesystem"] is True
    assert [mount["ContainerPath"] for mount in container["MountPoints"]] == ["/data"]
    assert container["LinuxParameters"]["Capabilities"]["Drop"] == ["ALL"]
    assert {"SECRET_KEY", "DATABASE_PASSWORD"} <= {secret["Name"] for secret in container["Secrets"]}
    assert not {"SECRET_KEY", "DATABASE_PASSWORD"} & {variable["Name"] for variable in container["Environment"]}


def test_only_the_staff_task_gets_the_staff_password():
    holders = {
        name
        for name, task in containers().items()
        if "STAFF_PASSWORD" in {secret["Name"] for secret in task["ContainerDefinitions"][0]["Secrets"]}
    }
    assert holders == {"staff"}


def test_each_role_may_do_with_photos_what_it_does():
    assert actions("Backend", "*") == {"s3:PutObject"}
    assert actions("Backend", "spool/*") == {"s3:GetObject", "s3:DeleteObject"}
    assert actions("Backend") == {"s3:PutObject", "s3:GetObject", "s3:DeleteObject", "s3:ListBucket"}
    assert actions("Frontend") == {"s3:GetObject", "s3:DeleteObject"}
    assert actions("Migration") == actions("Staff") == set()


def test_services_roll_after_the_migration_and_back_when_they_fail():
    for service in template().find_resources("AWS::ECS::Service").values():
        assert any(name.startswith("MigrationDone") for name in service["DependsOn"])
        breaker = service["Properties"]["DeploymentConfiguration"]["DeploymentCircuitBreaker"]
        assert breaker == {"Enable": True, "Rollback": True}


def test_plain_http_is_sent_to_https_with_tls_1_2_or_later():
    ports = {listener["Port"]: listener for listener in resources("ElasticLoadBalancingV2::Listener")}
    assert ports[80]["DefaultActions"][0]["RedirectConfig"]["Protocol"] == "HTTPS"
    assert ports[443]["SslPolicy"] == "ELBSecurityPolicy-TLS13-1-2-Res-2021-06"


def test_the_balancers_ask_whether_a_task_is_ready():
    groups = resources("ElasticLoadBalancingV2::TargetGroup")
    assert [group["HealthCheckPath"] for group in groups] == ["/readyz", "/readyz"]


def test_only_the_balancers_are_open_to_the_world():
    open_ports = [
        (rule["FromPort"], rule["CidrIp"])
        for group in resources("EC2::SecurityGroup")
        for rule in group.get("SecurityGroupIngress", [])
    ]
    assert sorted(open_ports) == [(80, "0.0.0.0/0"), (80, "0.0.0.0/0"), (443, "0.0.0.0/0"), (443, "0.0.0.0/0")]


def test_between_groups_only_what_flows_is_let_in():
    rules = [rule for rule in resources("EC2::SecurityGroupIngress") if "SourceSecurityGroupId" in rule]
    ports = sorted(rule["ToPort"] for rule in rules)
    assert ports == [5432, 5432, 5432, 6379, 6379, 6379, 8000, 8000]
    assert not any("CidrIp" in rule for rule in resources("EC2::SecurityGroupIngress"))


def test_the_stores_are_encrypted_and_not_public():
    database, cache = resources("RDS::DBInstance")[0], resources("ElastiCache::ReplicationGroup")[0]
    assert database["StorageEncrypted"] is True
    assert database["PubliclyAccessible"] is False
    assert cache["TransitEncryptionEnabled"] is True
    for bucket in resources("S3::Bucket"):
        assert all(bucket["PublicAccessBlockConfiguration"].values())


def test_the_certificate_covers_both_hosts():
    certificate = resources("CertificateManager::Certificate")[0]
    assert certificate["DomainName"] == "animals.example.org"
    assert certificate["SubjectAlternativeNames"] == ["backend.animals.example.org"]


def test_a_given_certificate_is_used_and_none_made():
    arn = "arn:aws:acm:eu-west-1:123456789012:certificate/abc"
    assert not resources("CertificateManager::Certificate", certificate_arn=arn)
    listeners = resources("ElasticLoadBalancingV2::Listener", certificate_arn=arn)
    assert [listener["Certificates"] for listener in listeners if listener["Port"] == 443] == 2 * [
        [{"CertificateArn": arn}]
    ]


def test_the_backend_scales_on_jobs_and_both_on_cpu():
    policies = [
        policy["TargetTrackingScalingPolicyConfiguration"]
        for policy in resources("ApplicationAutoScaling::ScalingPolicy")
    ]
    assert sorted("PredefinedMetricSpecification" in policy for policy in policies) == [False, True, True]


def test_what_has_been_kept_long_enough_is_erased_every_night():
    assert [rule["ScheduleExpression"] for rule in resources("Events::Rule")] == ["cron(17 3 * * ? *)"]
    assert actions("Purge") == {"s3:GetObject", "s3:DeleteObject", "s3:ListBucket"}


def test_every_alarm_tells_somebody():
    alarms = resources("CloudWatch::Alarm")
    assert len(alarms) > 10
    assert all(alarm["AlarmActions"] and alarm["OKActions"] for alarm in alarms)


def test_the_demo_profile_is_one_of_everything_and_leaves_nothing():
    assert {service["DesiredCount"] for service in resources("ECS::Service", "demo")} == {1}
    assert resources("RDS::DBInstance", "demo")[0]["MultiAZ"] is False
    policies = {one.get("DeletionPolicy") for one in template("demo").to_json()["Resources"].values()}
    assert policies == {None, "Delete"}


def test_production_keeps_the_photos_and_a_last_copy_of_the_database():
    found = template().to_json()["Resources"].values()
    policies = {one["Type"]: one["DeletionPolicy"] for one in found if "DeletionPolicy" in one}
    assert policies["AWS::RDS::DBInstance"] == "Snapshot"
    assert policies["AWS::S3::Bucket"] == "Retain"
