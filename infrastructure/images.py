"""Container images of the tasks and the ECR repositories that store them."""

from pathlib import Path

from aws_cdk import App, Environment, RemovalPolicy, Stack
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_ecr_assets as assets
from aws_cdk import aws_ecs as ecs
from constructs import Construct

from infrastructure.config import ROLES, Config

ROOT = Path(__file__).resolve().parents[1]
MAX_IMAGES = 10


def repository_name(config: Config, role: str) -> str:
    """Return the name of a role's ECR repository."""
    return config.resource_name(f"animal-classifier-{role}")


def container_image(scope: Construct, *, config: Config, role: str) -> ecs.ContainerImage:
    """Return the pushed image of a role by its digest; without a digest the CDK builds the image."""
    digest = config.digest(role)
    if not digest:
        return ecs.ContainerImage.from_asset(str(ROOT), target=role, platform=assets.Platform.LINUX_AMD64)
    repository = ecr.Repository.from_repository_name(scope, f"{role}-images", repository_name(config, role))
    return ecs.ContainerImage.from_ecr_repository(repository, digest)


class ImageRepositories(Stack):
    """ECR repositories of both roles. A separate stack, because images are pushed before the tasks that run them."""

    def __init__(self, scope: App, construct_id: str, *, config: Config, env: Environment) -> None:
        super().__init__(scope, construct_id, env=env)
        for role in ROLES:
            ecr.Repository(
                self,
                role.capitalize(),
                repository_name=repository_name(config, role),
                image_scan_on_push=True,
                lifecycle_rules=[ecr.LifecycleRule(max_image_count=MAX_IMAGES)],
                empty_on_delete=True,
                removal_policy=RemovalPolicy.DESTROY,
            )
