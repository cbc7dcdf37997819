"""``make deploy``, ``diff``, ``destroy`` and ``admin-user``: the whole way in one command each."""

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Callable

import boto3

from infrastructure import config as configuration
from infrastructure import docker, health
from infrastructure.aws import BOOTSTRAP_STACK, Account, DeploymentError
from infrastructure.images import ROOT

HEALTHY_WITHIN_S = 900
LOOK_EVERY_S = 5
NO_DIGEST = "sha256:" + 64 * "0"


def deploy(account: Account) -> None:
    """Build, push, migrate, roll out, wait until healthy. Run again, it changes what has changed."""
    began = time.monotonic()
    if not account.stands(BOOTSTRAP_STACK):
        say("Preparing the account for the CDK …")
        cdk("bootstrap", f"aws://{account.config.cdk_default_account}/{account.config.cdk_default_region}")
    say("Repositories for the images …")
    cdk("deploy", "--require-approval", "never", "--context", "registry=1")
    digests = {}
    for role in health.ROLES:
        say(f"Image of the {role}: build and push …")
        digests[role] = docker.push(account, role)
    say("Stack: migrations first, then both services …")
    cdk("deploy", "--require-approval", "never", **variables(digests))
    outputs = account.outputs()
    for role in health.ROLES:
        say(f"Waiting until the {role} is healthy …")
        wait_until_healthy(account, role, outputs[f"{role.capitalize()}Task"])
    say(f"Healthy after {time.monotonic() - began:.0f} s.")
    say(f"\n  Page    {outputs['Page']}\n  Socket  {outputs['Socket']}\n")
    if not account.config.hosted_zone_id:
        say("Point your DNS there, as CNAME:")
        say(f"  {account.config.domain_name} → {outputs['FrontendAddress']}")
        say(f"  {account.config.backend_host} → {outputs['BackendAddress']}")


def diff(account: Account) -> None:
    """What ``deploy`` would change beside the images."""
    outputs = account.outputs()
    digests = account.digests(outputs) if outputs else dict.fromkeys(health.ROLES, NO_DIGEST)
    cdk("diff", **variables(digests))


def destroy(account: Account) -> None:
    """Takes everything down but what the profile keeps, after the stack's name has been typed."""
    config = account.config
    keeps = "keeps the photos' buckets and a last snapshot of the database" if config.lasting else "keeps nothing"
    say(f"This takes {account.product} down in {config.cdk_default_account}; the {config.profile} profile {keeps}.")
    if (os.environ.get("CONFIRM") or input("Type the stack's name to go on: ")) != account.product:
        raise DeploymentError("that is not its name; nothing was changed")
    outputs = account.outputs()
    if outputs:
        let_go(account, outputs)
        cdk("destroy", "--force", **variables(account.digests(outputs)))
    if account.stands(account.registry):
        cdk("destroy", "--force", "--context", "registry=1")
    say("Gone.")


def admin_user(account: Account) -> None:
    """Makes the staff user, or gives it the password that Secrets Manager holds."""
    outputs = account.outputs()
    if not outputs:
        raise DeploymentError(f"{account.product} is not deployed: make deploy")
    account.run(outputs["StaffTask"], outputs)
    say(f"User admin at {outputs['Page']}/admin/. The password:")
    say("  aws secretsmanager get-secret-value --query SecretString --output text \\")
    say(f"    --secret-id {outputs['StaffPassword']}")


def let_go(account: Account, outputs: dict[str, str]) -> None:
    """Opens what is locked against mistakes, and empties what cannot be deleted full."""
    if account.config.lasting:
        rds = account.client("rds")
        rds.modify_db_instance(
            DBInstanceIdentifier=outputs["DatabaseName"], DeletionProtection=False, ApplyImmediately=True
        )
        return
    s3 = account.session.resource("s3")
    for name in (outputs["PhotosBucket"], outputs["AccessLogsBucket"]):
        s3.Bucket(name).objects.all().delete()


def wait_until_healthy(account: Account, role: str, task: str) -> None:
    """Returns when the service runs ``task`` and is healthy; raises with the reason when ECS has put it back."""
    deadline = time.monotonic() + HEALTHY_WITHIN_S
    while time.monotonic() < deadline:
        now = health.read(account, role)
        if now.failed or (now.rollout == "COMPLETED" and now.task != task):
            why = health.last_stopped(account, role)
            raise DeploymentError(f"the new {role} did not get healthy, the one before is back: {now.reason} {why}")
        if now.healthy and now.task == task:
            return
        time.sleep(LOOK_EVERY_S)
    raise DeploymentError(f"the {role} is not healthy after {HEALTHY_WITHIN_S} s: {now}")


def variables(digests: dict[str, str]) -> dict[str, str]:
    """The images, as ``config.py`` reads them."""
    return {f"{role.upper()}_DIGEST": digest for role, digest in digests.items()}


def cdk(*arguments: str, **more: str) -> None:
    """Runs the CDK's command line, its words passed on. Raises when it fails: CloudFormation has rolled back then."""
    command = ["cdk", *arguments, "--ci", "--no-notices"]
    environment = os.environ | {"CDK_DISABLE_CLI_TELEMETRY": "1"} | more
    done = subprocess.run(command, cwd=ROOT / "infrastructure", env=environment, check=False)  # noqa: S603 - ours
    if done.returncode:
        raise DeploymentError(f"cdk {arguments[0]} failed; what it said above is why. Nothing half-made is left.")


def say(text: str) -> None:
    """For the person who waits."""
    print(text, flush=True)  # noqa: T201


COMMANDS: dict[str, Callable[[Account], None]] = {
    "deploy": deploy,
    "diff": diff,
    "destroy": destroy,
    "admin-user": admin_user,
}


def from_profile() -> None:
    """What the active profile says of account and region, where the environment says nothing."""
    session = boto3.Session()
    if session.region_name:
        os.environ.setdefault("CDK_DEFAULT_REGION", session.region_name)
    if "CDK_DEFAULT_ACCOUNT" not in os.environ and session.get_credentials():
        os.environ["CDK_DEFAULT_ACCOUNT"] = session.client("sts").get_caller_identity()["Account"]


def main() -> None:
    """One command; exit code 1 and one clear line when it cannot be done."""
    parser = argparse.ArgumentParser(description="The deployment to AWS.")
    parser.add_argument("command", choices=COMMANDS)
    command = parser.parse_args().command
    from_profile()
    account = Account(configuration.read())
    try:
        account.check()
        COMMANDS[command](account)
    except DeploymentError as error:
        sys.exit(f"{command}: {error}")


if __name__ == "__main__":
    main()
