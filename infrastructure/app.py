"""What ``cdk`` runs: the product's stack, or with ``-c registry=1`` the stack of its image repositories."""

from aws_cdk import App, Environment, Tags, Validations
from cdk_nag import AwsSolutionsChecks

from infrastructure import config as configuration
from infrastructure.config import Config
from infrastructure.images import Registry
from infrastructure.stack import Product


def build(config: Config, app: App) -> Product | Registry:
    """The stack that was asked for, with cdk-nag's checks on it."""
    Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    env = Environment(account=config.cdk_default_account, region=config.cdk_default_region)
    stack = (
        Registry(app, config.name("AnimalClassifierImages"), config=config, env=env)
        if app.node.try_get_context("registry")
        else Product(app, config.name("AnimalClassifier"), config=config, env=env)
    )
    Tags.of(stack).add("product", "animal-classifier")
    Tags.of(stack).add("profile", config.profile)
    return stack


if __name__ == "__main__":
    app = App()
    build(configuration.read(), app)
    app.synth()
