"""Suppressions of cdk-nag rules, each on its resource and with its reason."""

from aws_cdk import Acknowledgment, Validations
from constructs import IConstruct


def suppress_nag_rules(resource: IConstruct, reasons: dict[str, str]) -> None:
    """Suppress rules of the pack AwsSolutions on one resource: ``{"S1": "reason"}`` is AwsSolutions-S1."""
    rules = [Acknowledgment(id=f"AwsSolutions::AwsSolutions-{rule}", reason=text) for rule, text in reasons.items()]
    Validations.of(resource).acknowledge(*rules)
