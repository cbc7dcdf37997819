"""Synthesized CloudFormation templates of the product's stack, cached by configuration."""

import json
from functools import cache
from typing import Any

from aws_cdk import App
from aws_cdk.assertions import Template

from infrastructure.app import build_stack
from infrastructure.config import Config
from infrastructure.images import ROOT

CONTEXT = json.loads((ROOT / "infrastructure" / "cdk.json").read_text(encoding="utf-8"))["context"]
DIGEST = "sha256:" + 64 * "a"
REQUIRED = {
    "cdk_default_account": "123456789012",
    "cdk_default_region": "eu-west-1",
    "domain_name": "animals.example.org",
    "hosted_zone_id": "Z0123456789ABCDEFGHIJ",
    "frontend_digest": DIGEST,
    "backend_digest": DIGEST,
}


def create_config(**settings: Any) -> Config:
    """Return a valid configuration with some settings changed."""
    return Config(**(REQUIRED | settings))


@cache
def synthesize(profile: str = "production", **settings: Any) -> Template:
    """Return the template. Raises an error for cdk-nag findings that are not suppressed."""
    app = App(context=CONTEXT)
    stack = build_stack(create_config(profile=profile, **settings), app)
    app.synth()
    return Template.from_stack(stack)


def list_resources(resource_type: str, profile: str = "production", **settings: Any) -> list[dict[str, Any]]:
    """Return the properties of every resource of a type, such as ``ECS::Service``."""
    resources = synthesize(profile, **settings).find_resources(f"AWS::{resource_type}")
    return [resource["Properties"] for resource in resources.values()]
