"""Commands of the deployment: ``make deploy``, ``make diff``, ``make destroy`` and ``make admin-user``."""

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Callable

import boto3

from infrastructure.account import BOOTSTRAP_STACK, Account, DeploymentError
from infrastructure.config import ROLES, load_config
from infrastructure.image_builder import build_and_push
from infrastructure.images import ROOT
from infrastructure.service_health import describe_last_stopped_task, read_service_health

HEALTH_TIMEOUT_S = 900
POLL_INTERVAL_S = 5
PLACEHOLDER_DIGEST = "sha256:" + 64 * "0"


def deploy(account: Account) -> None:
    """Build and push the images, migrate, roll out and wait until healthy. A repeated run deploys only changes."""
    start = time.monotonic()
    config = account.config
    if not account.describe_stack(BOOTSTRAP_STACK):
        show("Preparing the account for the CDK …")
        run_cdk("bootstrap", f"aws://{config.cdk_default_account}/{config.cdk_default_region}")
    show("Deploying the image repositories …")
    run_cdk("deploy", "--require-approval", "never", "--context", "registry=1")
    digests = {}
    for role in ROLES:
        show(f"Building and pushing the image of the {role} …")
        digests[role] = build_and_push(account, role)
    show("Deploying the stack: migrations, then both services …")
    run_cdk("deploy", "--require-approval", "never", **digest_variables(digests))
    outputs = account.outputs()
    for role in ROLES:
        show(f"Waiting until the {role} is healthy …")
        wait_until_healthy(account, role, outputs[f"{role.capitalize()}Task"])
    show(f"Healthy after {time.monotonic() - start:.0f} s.")
    show_addresses(account, outputs)


def show_addresses(account: Account, outputs: dict[str, str]) -> None:
    """Print the public addresses and, without a hosted zone, the DNS records that the user must create."""
    show(f"\n  Page       {outputs['Page']}\n  WebSocket  {outputs['Socket']}\n")
    if not account.config.hosted_zone_id:
        show("Create these CNAME records in your DNS:")
        for role in ROLES:
            show(f"  {account.config.host(role)} → {outputs[f'{role.capitalize()}Address']}")


def diff(account: Account) -> None:
    """Show what ``deploy`` would change, except the images."""
    outputs = account.outputs()
    digests = account.deployed_digests(outputs) if outputs else dict.fromkeys(ROLES, PLACEHOLDER_DIGEST)
    run_cdk("diff", **digest_variables(digests))


def destroy(account: Account) -> None:
    """Delete the deployment after the user has typed the stack's name. The profile decides which data remains."""
    config = account.config
    remains = "the photo buckets and a last database snapshot remain" if config.is_production else "no data remains"
    show(f"This deletes {account.product_stack} in {config.cdk_default_account}. Profile {config.profile}: {remains}.")
    if (os.environ.get("CONFIRM") or input("Type the stack's name to continue: ")) != account.product_stack:
        raise DeploymentError("the name does not match; nothing was changed")
    outputs = account.outputs()
    if outputs:
        prepare_deletion(account, outputs)
        run_cdk("destroy", "--force", **digest_variables(account.deployed_digests(outputs)))
    if account.describe_stack(account.repositories_stack):
        run_cdk("destroy", "--force", "--context", "registry=1")
    show("Deleted.")


def prepare_deletion(account: Account, outputs: dict[str, str]) -> None:
    """Lift the database's deletion protection (production), or empty the buckets (demo)."""
    if account.config.is_production:
        account.client("rds").modify_db_instance(
            DBInstanceIdentifier=outputs["DatabaseName"], DeletionProtection=False, ApplyImmediately=True
        )
        return
    s3 = account.session.resource("s3")
    for name in (outputs["PhotosBucket"], outputs["AccessLogsBucket"]):
        s3.Bucket(name).objects.all().delete()


def create_admin_user(account: Account) -> None:
    """Create the staff user, or reset its password to the one in Secrets Manager."""
    outputs = account.outputs()
    if not outputs:
        raise DeploymentError(f"{account.product_stack} is not deployed: run make deploy")
    account.run_staff_task(outputs)
    show(f"User admin at {outputs['Page']}/admin/. Read its password with:")
    show("  aws secretsmanager get-secret-value --query SecretString --output text \\")
    show(f"    --secret-id {outputs['StaffPassword']}")


def wait_until_healthy(account: Account, role: str, task: str) -> None:
    """Wait until the service runs ``task`` and is healthy. Raises ``DeploymentError`` after a rollback or timeout."""
    deadline = time.monotonic() + HEALTH_TIMEOUT_S
    while time.monotonic() < deadline:
        health = read_service_health(account, role)
        if health.has_failed or (health.rollout == "COMPLETED" and health.task != task):
            reason = f"{health.reason} {describe_last_stopped_task(account, role)}"
            raise DeploymentError(f"the new {role} did not become healthy; ECS rolled it back: {reason}")
        if health.is_healthy and health.task == task:
            return
        time.sleep(POLL_INTERVAL_S)
    raise DeploymentError(f"the {role} is not healthy after {HEALTH_TIMEOUT_S} s: {health}")


def digest_variables(digests: dict[str, str]) -> dict[str, str]:
    """Return the environment variables from which ``Config`` reads the image digests."""
    return {f"{role.upper()}_DIGEST": digest for role, digest in digests.items()}


def run_cdk(*arguments: str, **variables: str) -> None:
    """Run the CDK's command line and pass its output on. Raises ``DeploymentError`` if it fails."""
    command = ["cdk", *arguments, "--ci", "--no-notices"]
    environment = os.environ | {"CDK_DISABLE_CLI_TELEMETRY": "1"} | variables
    process = subprocess.run(command, cwd=ROOT / "infrastructure", env=environment, check=False)  # noqa: S603
    if process.returncode:
        raise DeploymentError(f"cdk {arguments[0]} failed; its output above has the cause. Changes were rolled back.")


def show(text: str) -> None:
    """Print a line for the user."""
    print(text, flush=True)  # noqa: T201


COMMANDS: dict[str, Callable[[Account], None]] = {
    "deploy": deploy,
    "diff": diff,
    "destroy": destroy,
    "admin-user": create_admin_user,
}


def set_defaults_from_profile() -> None:
    """Set ``CDK_DEFAULT_REGION`` and ``CDK_DEFAULT_ACCOUNT`` from the active profile if they are not set."""
    session = boto3.Session()
    if session.region_name:
        os.environ.setdefault("CDK_DEFAULT_REGION", session.region_name)
    if "CDK_DEFAULT_ACCOUNT" not in os.environ and session.get_credentials():
        os.environ["CDK_DEFAULT_ACCOUNT"] = session.client("sts").get_caller_identity()["Account"]


def main() -> None:
    """Run one command. Exits with code 1 and the error's message if it fails."""
    parser = argparse.ArgumentParser(description="Deploy to AWS, show changes, or delete the deployment.")
    parser.add_argument("command", choices=COMMANDS)
    command = parser.parse_args().command
    set_defaults_from_profile()
    account = Account(load_config())
    try:
        account.check()
        COMMANDS[command](account)
    except DeploymentError as error:
        sys.exit(f"{command}: {error}")


if __name__ == "__main__":
    main()
