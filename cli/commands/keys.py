"""keys create, list, rotate and revoke: the operator's commands. They need AWS access to the table, not an API key."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from chalicelib.model.credential import Scope
from chalicelib.wiring import Services
from cli.commands.options import TENANT
from cli.errors import CliError
from cli.operator import operator_services


@click.group()
def keys() -> None:
    """Make, list, rotate and revoke the keys with which tenants call the API.

    With COUNTERSIGN_TABLE and its like set, that environment is used, by your AWS credentials; else the service of
    `make serve`. Each change is signed into the audit log, so COUNTERSIGN_SIGNING_KEY_ID must be set too.
    """


@keys.command()
@TENANT
@click.option("--name", default="cli", show_default=True, help="What the key is for, to tell keys apart.")
@click.option(
    "--scope",
    "scopes",
    type=click.Choice([scope.value for scope in Scope]),
    multiple=True,
    default=(Scope.VERIFY.value, Scope.READ.value),
    show_default=True,
    help="What it may do; repeatable. verify: submit; read: see decisions, users; review: settle; admin: erase.",
)
def create(tenant: str, name: str, scopes: tuple[str, ...]) -> None:
    """Make a key and print it: the only time that it can be seen.

    A front end that submits and hands answers on needs `--scope verify` alone.
    """
    services, now = operator_services(), datetime.now(UTC)
    token = services.credentials.create(tenant, name, now, map(Scope, scopes))
    services.tenant(tenant).audit.note("key_created", {"key": _key_id(token), "scopes": sorted(scopes)}, now)
    click.echo(token)


@keys.command("list")
@TENANT
def list_keys(tenant: str) -> None:
    """List a tenant's keys, without their secrets."""
    table = Table("key id", "name", "scopes", "created", "last used", "ends", "revoked", box=None)
    for key in operator_services().credentials.list(tenant):
        times = (key.created_at, key.last_used_at, key.ends_at, key.revoked_at)
        table.add_row(key.key_id, escape(key.name), " ".join(sorted(key.scopes)), *map(_to_the_minute, times))
    Console().print(table)


@keys.command()
@TENANT
@click.argument("key_id")
@click.option("--overlap-hours", type=click.IntRange(0, 720), default=24, show_default=True, help="The old one's rest.")
def rotate(tenant: str, key_id: str, overlap_hours: int) -> None:
    """Replace the key KEY_ID: print one of the same scopes; the old one ends after the overlap.

    Put the new key where the old one was, and look with `countersign keys list` that the old one is not used any more.
    """
    services, now = _services_with(tenant, key_id), datetime.now(UTC)
    token = services.credentials.rotate(key_id, now, timedelta(hours=overlap_hours))
    details = {"key": _key_id(token), "replaces": key_id, "overlap_hours": overlap_hours}
    services.tenant(tenant).audit.note("key_rotated", details, now)
    click.echo(token)


@keys.command()
@TENANT
@click.argument("key_id")
def revoke(tenant: str, key_id: str) -> None:
    """Make the key KEY_ID worthless."""
    services, now = _services_with(tenant, key_id), datetime.now(UTC)
    services.credentials.revoke(key_id, now)
    services.tenant(tenant).audit.note("key_revoked", {"key": key_id}, now)
    click.echo(f"revoked {key_id}; within a minute no request is admitted with it")


def _to_the_minute(moment: str | None) -> str | None:
    return moment and datetime.fromisoformat(moment).strftime("%Y-%m-%d %H:%M")


def _services_with(tenant: str, key_id: str) -> Services:
    """Raises CliError when the key is not this tenant's."""
    services = operator_services()
    if key_id not in {credential.key_id for credential in services.credentials.list(tenant)}:
        raise CliError(f"Tenant {tenant!r} has no key {key_id!r}; `countersign keys list` shows what it has.")
    return services


def _key_id(token: str) -> str:
    return token.split("_")[1]
