"""keys create, list and revoke: the operator's commands. They need AWS access to the table, not an API key."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import Any

import boto3
import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from chalicelib.aws import AwsCaller
from chalicelib.store.credentials import Credentials
from cli.connection import local_service
from cli.errors import CliError
from cli.local.bootstrap import sandbox_session

_TENANT = click.option("--tenant", required=True, help="The tenant: the name of its policy.")


@click.group()
def keys() -> None:
    """Make, list and revoke the keys with which tenants call the API.

    With COUNTERSIGN_TABLE set, that table is used, by your AWS credentials; else the service of `make serve`.
    """


@keys.command()
@_TENANT
@click.option("--name", default="cli", show_default=True, help="What the key is for, to tell keys apart.")
def create(tenant: str, name: str) -> None:
    """Make a key and print it: the only time that it can be seen."""
    click.echo(_credentials().create(tenant, name, datetime.now(UTC)))


@keys.command("list")
@_TENANT
def list_keys(tenant: str) -> None:
    """List a tenant's keys, without their secrets."""
    table = Table("key id", "name", "created", "revoked", box=None)
    for key in _credentials().list(tenant):
        table.add_row(key.key_id, escape(key.name), key.created_at, key.revoked_at)
    Console().print(table)


@keys.command()
@_TENANT
@click.argument("key_id")
def revoke(tenant: str, key_id: str) -> None:
    """Make the key KEY_ID worthless."""
    credentials = _credentials()
    if key_id not in {credential.key_id for credential in credentials.list(tenant)}:
        raise CliError(f"Tenant {tenant!r} has no key {key_id!r}; `countersign keys list` shows what it has.")
    credentials.revoke(key_id, datetime.now(UTC))
    click.echo(f"revoked {key_id}; within a minute no request is admitted with it")


def _credentials() -> Credentials:
    table = os.environ.get("COUNTERSIGN_TABLE")
    if table:
        session, endpoint = boto3.Session(), None
    else:
        local = local_service()
        if local is None:
            raise CliError("Which environment? Set COUNTERSIGN_TABLE, or start the local service with `make serve`.")
        session, endpoint, table = sandbox_session(), local.sandbox_url, local.table
    client: Any = session.client("dynamodb", endpoint_url=endpoint)
    return Credentials(AwsCaller(lambda _service: client), table)
