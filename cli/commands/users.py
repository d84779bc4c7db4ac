"""user show and user delete."""

from __future__ import annotations

import json

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from cli.client import Json
from cli.commands.options import connection
from cli.connection import connect

_AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print the API's answer as JSON.")


@click.group()
def user() -> None:
    """Look at a registered person's record, or erase it."""


@user.command()
@click.argument("user_id")
@_AS_JSON
@connection
def show(user_id: str, as_json: bool, tenant: str | None, url: str | None, key: str | None) -> None:
    """Show the record of USER_ID. Example: countersign user show ada --tenant acme"""
    _print(connect(tenant, url, key).user(user_id), as_json)


@user.command()
@click.argument("user_id")
@click.confirmation_option("--yes", prompt="Erase this person's record, faces and pictures for good?")
@_AS_JSON
@connection
def delete(user_id: str, as_json: bool, tenant: str | None, url: str | None, key: str | None) -> None:
    """Erase all that is held of USER_ID. With --json the answer has the signed receipt, for `verify-receipt`.

    Example: countersign user delete ada --tenant acme --yes --json > erased.json
    """
    _print_erasure(connect(tenant, url, key).delete_user(user_id), as_json)


@user.command()
@click.argument("erasure_id")
@_AS_JSON
@connection
def erasure(erasure_id: str, as_json: bool, tenant: str | None, url: str | None, key: str | None) -> None:
    """Show how far the erasure ERASURE_ID is, and its receipt once it is done."""
    _print_erasure(connect(tenant, url, key).erasure(erasure_id), as_json)


def _print_erasure(answer: Json, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(answer, indent=2))
        return
    found = ", ".join(f"{count} {kind.replace('_', ' ')}" for kind, count in answer["found"].items() if count)
    if answer["status"] == "done":
        click.echo(f"erased: {found or 'nothing was held'}; a second look found nothing (erasure {answer['id']})")
        for place in answer["receipt"]["entry"]["details"].get("not_erased", ()):
            click.echo(f"not looked into: {place}, where you put people to import; delete there what is theirs")
    else:
        click.echo(f"It goes on in the background; look again with: countersign user erasure {answer['id']}")


def _print(answer: Json, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(answer, indent=2))
        return
    table = Table(show_header=False, box=None)
    for name, value in answer.items():
        table.add_row(name, escape(value if isinstance(value, str) else json.dumps(value)))
    Console().print(table)
