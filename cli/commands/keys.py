"""keys create, list, rotate and revoke: the operator's commands. They need AWS access to the table, not an API key."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from chalicelib.model.credential import Scope
from chalicelib.store.credentials import Credentials
from cli.errors import CliError
from cli.operator import operator_services

_TENANT = click.option("--tenant", required=True, help="The tenant: the name of its policy.")


@click.group()
def keys() -> None:
    """Make, list, rotate and revoke the keys with which tenants call the API.

    With COUNTERSIGN_TABLE set, that table is used, by your AWS credentials; else the service of `make serve`.
    """


@keys.command()
@_TENANT
@click.option("--name", default="cli", show_default=True, help="What the key is for, to tell keys apart.")
@click.option(
    "--scope",
    "scopes",
    type=click.Choice([scope.value for scope in Scope]),
    multiple=True,
    default=(Scope.VERIFY, Scope.READ),
    show_default=True,
    help="What it may do; repeatable. verify: submit; read: see whole decisions and users; review; admin: erase.",
)
def create(tenant: str, name: str, scopes: tuple[str, ...]) -> None:
    """Make a key and print it: the only time that it can be seen.

    A front end that submits and hands answers on needs `--scope verify` alone.
    """
    click.echo(_credentials().create(tenant, name, datetime.now(UTC), map(Scope, scopes)))


@keys.command("list")
@_TENANT
def list_keys(tenant: str) -> None:
    """List a tenant's keys, without their secrets."""
    table = Table("key id", "name", "scopes", "created", "last used", "ends", "revoked", box=None)
    for key in _credentials().list(tenant):
        times = (key.created_at, key.last_used_at, key.ends_at, key.revoked_at)
        table.add_row(key.key_id, escape(key.name), " ".join(sorted(key.scopes)), *map(_to_the_minute, times))
    Console().print(table)


@keys.command()
@_TENANT
@click.argument("key_id")
@click.option("--overlap-hours", type=click.IntRange(0, 720), default=24, show_default=True, help="The old one's rest.")
def rotate(tenant: str, key_id: str, overlap_hours: int) -> None:
    """Replace the key KEY_ID: print one of the same scopes; the old one ends after the overlap.

    Put the new key where the old one was, and look with `countersign keys list` that the old one is not used any more.
    """
    credentials = _of_tenant(tenant, key_id)
    click.echo(credentials.rotate(key_id, datetime.now(UTC), timedelta(hours=overlap_hours)))


@keys.command()
@_TENANT
@click.argument("key_id")
def revoke(tenant: str, key_id: str) -> None:
    """Make the key KEY_ID worthless."""
    credentials = _of_tenant(tenant, key_id)
    credentials.revoke(key_id, datetime.now(UTC))
    click.echo(f"revoked {key_id}; within a minute no request is admitted with it")


def _to_the_minute(moment: str | None) -> str | None:
    return moment and datetime.fromisoformat(moment).strftime("%Y-%m-%d %H:%M")


def _of_tenant(tenant: str, key_id: str) -> Credentials:
    """Raises CliError when the key is not this tenant's."""
    credentials = _credentials()
    if key_id not in {credential.key_id for credential in credentials.list(tenant)}:
        raise CliError(f"Tenant {tenant!r} has no key {key_id!r}; `countersign keys list` shows what it has.")
    return credentials


def _credentials() -> Credentials:
    return operator_services().credentials
