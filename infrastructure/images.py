"""The image a task runs: one that ``make deploy`` pushed, by digest, or one that ``cdk deploy`` builds itself."""

from pathlib import Path

from aws_cdk import App, Environment, RemovalPolicy, Stack
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_ecr_assets as assets
from aws_cdk import aws_ecs as ecs
from constructs import Construct

from infrastructure.config import Config

ROOT = Path(__file__).resolve().parents[1]
KEPT_IMAGES = 10


def repository_name(config: Config, role: str) -> str:
    """Where the images of a role are kept."""
    return config.name(f"animal-classifier-{role}")


def image(scope: Construct, config: Config, role: str) -> ecs.ContainerImage:
    """What runs as ``role``."""
    digest = config.frontend_digest if role == "frontend" else config.backend_digest
    if not digest:
        return ecs.ContainerImage.from_asset(str(ROOT), target=role, platform=assets.Platform.LINUX_AMD64)
    repository = ecr.Repository.from_repository_name(scope, f"{role}-images", repository_name(config, role))
    return ecs.ContainerImage.from_ecr_repository(repository, digest)


class Registry(Stack):
    """The repositories, a stack of their own: an image must be there before a task that runs it."""

    def __init__(self, scope: App, construct_id: str, *, config: Config, env: Environment) -> None:
        super().__init__(scope, construct_id, env=env)
        for role in ("frontend", "backend"):
            ecr.Repository(
                self,
                role.capitalize(),
                repository_name=repository_name(config, role),
                image_scan_on_push=True,
                lifecycle_rules=[ecr.LifecycleRule(max_image_count=KEPT_IMAGES)],
                empty_on_delete=True,
                removal_policy=RemovalPolicy.DESTROY,
            )
