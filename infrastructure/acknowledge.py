"""cdk-nag's findings that are meant to be: each on its resource, each with its reason."""

from aws_cdk import Acknowledgment, Validations
from constructs import IConstruct


def acknowledge(resource: IConstruct, reasons: dict[str, str]) -> None:
    """``{"S1": "It is where the logs go."}``: rule AwsSolutions-S1 does not hold for this resource, and why."""
    rules = [Acknowledgment(id=f"AwsSolutions::AwsSolutions-{rule}", reason=why) for rule, why in reasons.items()]
    Validations.of(resource).acknowledge(*rules)
