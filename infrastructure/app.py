"""CDK app: the product's stack, or with ``-c registry=1`` the stack of its image repositories."""

from aws_cdk import App, Environment, Tags, Validations
from cdk_nag import AwsSolutionsChecks

from infrastructure.config import Config, load_config
from infrastructure.images import ImageRepositories
from infrastructure.stack import ProductStack


def build_stack(config: Config, app: App) -> ProductStack | ImageRepositories:
    """Add the requested stack to ``app``, with cdk-nag's checks on it."""
    Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    env = Environment(account=config.cdk_default_account, region=config.cdk_default_region)
    stack = (
        ImageRepositories(app, config.resource_name("AnimalClassifierImages"), config=config, env=env)
        if app.node.try_get_context("registry")
        else ProductStack(app, config.resource_name("AnimalClassifier"), config=config, env=env)
    )
    Tags.of(stack).add("product", "animal-classifier")
    Tags.of(stack).add("profile", config.profile)
    return stack


if __name__ == "__main__":
    app = App()
    build_stack(load_config(), app)
    app.synth()
