"""The product's stack as CloudFormation would get it, for each profile once."""

import json
from functools import cache
from typing import Any

from aws_cdk import App
from aws_cdk.assertions import Template

from infrastructure.app import build
from infrastructure.config import Config
from infrastructure.images import ROOT

CONTEXT = json.loads((ROOT / "infrastructure" / "cdk.json").read_text(encoding="utf-8"))["context"]
DIGEST = "sha256:" + 64 * "a"
NEEDED = {
    "cdk_default_account": "123456789012",
    "cdk_default_region": "eu-west-1",
    "domain_name": "animals.example.org",
    "hosted_zone_id": "Z0123456789ABCDEFGHIJ",
    "frontend_digest": DIGEST,
    "backend_digest": DIGEST,
}


def config(**other: Any) -> Config:
    """A configuration that is whole, with some of it otherwise."""
    return Config(**(NEEDED | other))


@cache
def template(profile: str = "production", **other: Any) -> Template:
    """The synthesised stack; cdk-nag's findings that nobody acknowledged end it with an error."""
    app = App(context=CONTEXT)
    stack = build(config(profile=profile, **other), app)
    app.synth()
    return Template.from_stack(stack)


def resources(kind: str, profile: str = "production", **other: Any) -> list[dict[str, Any]]:
    """The properties of every resource of a kind, such as ``ECS::Service``."""
    found = template(profile, **other).find_resources(f"AWS::{kind}")
    return [resource["Properties"] for resource in found.values()]
