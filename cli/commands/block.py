"""block add, list and remove."""

from __future__ import annotations

from pathlib import Path

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from cli.client import Json
from cli.commands.options import PICTURE, connection
from cli.connection import connect
from cli.request import picture_of


@click.group()
def block() -> None:
    """Keep a face from being verified again: the check `blocklist` of your policy refuses it."""


@block.command()
@click.option("--selfie", type=PICTURE, help="A picture with that one face.")
@click.option("--user", "user_id", help="A registered user.")
@click.option("--verification", "verification_id", metavar="ID", help="The verification that registered the user.")
@click.option("--reason", required=True, help="Why, for your own records, up to 200 characters; no names.")
@click.option("--days", type=click.IntRange(1, 3650), default=365, show_default=True, help="How long.")
@connection
def add(
    selfie: Path | None,
    user_id: str | None,
    verification_id: str | None,
    reason: str,
    days: int,
    tenant: str | None,
    url: str | None,
    key: str | None,
) -> None:
    """Block a face: that of a picture, of a user, or of whom a verification registered.

    Example: countersign block add --user mallory --reason "chargebacks" --days 730 --tenant acme
    """
    client = connect(tenant, url, key)
    faces = {
        "selfie": picture_of(selfie.read_bytes(), client) if selfie else None,
        "user_id": user_id,
        "verification_id": verification_id,
    }
    given = {name: face for name, face in faces.items() if face is not None}
    if len(given) != 1:
        raise click.UsageError("Give exactly one of --selfie, --user and --verification.")
    made = client.block({**given, "reason": reason, "days": days})
    click.echo(f"blocked as {made['id']} until {made['ends_at']}")


@block.command("list")
@connection
def list_blocks(tenant: str | None, url: str | None, key: str | None) -> None:
    """List the blocked faces, without pictures: there are none."""
    table = Table("id", "from", "since", "until", "reason", box=None)
    for one in connect(tenant, url, key).blocks():
        table.add_row(*_row(one))
    Console().print(table)


@block.command()
@click.argument("block_id")
@connection
def remove(block_id: str, tenant: str | None, url: str | None, key: str | None) -> None:
    """Take BLOCK_ID off the blocklist and delete its face."""
    connect(tenant, url, key).unblock(block_id)
    click.echo(f"removed {block_id}")


def _row(block: Json) -> tuple[str, ...]:
    ends = block["ends_at"] if block["in_force"] else f"{block['ends_at']} (ended)"
    return block["id"], block["source"], block["created_at"], ends, escape(block["reason"])
