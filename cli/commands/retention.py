"""retention report and forget: operators' commands. They need AWS access to the environment, not an API key."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict
from datetime import UTC, datetime

import click
from rich.console import Console
from rich.table import Table

from cli.commands.options import TENANT
from cli.operator import operator_services
from cli.retention.collect import collect, faces_in_collections
from cli.retention.holdings import Holding


@click.group()
def retention() -> None:
    """See what is held of a tenant's people and until when, and make its log anonymous."""


@retention.command()
@TENANT
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
def report(tenant: str, as_json: bool) -> None:
    """Count what is held of a tenant: by kind how much, since when, when the next and when the last of it ends.

    It reads the whole table once, and asks S3 for the tag of each picture. "Overdue" has ended and counts for nothing
    any more, but is not deleted yet. A user whose last face has ended is "expired" and has to register again.

    Example: countersign retention report --tenant acme
    """
    services, now, read = operator_services(), datetime.now(UTC), Counter[str]()
    with Console(stderr=True).status("reading ...") as status:

        def progress(what: str, how_many: int) -> None:
            read[what] += how_many
            status.update(", ".join(f"{count:,} {name}" for name, count in read.items()))

        held = collect(services, tenant, now, progress).all()
        collections = faces_in_collections(services, tenant)
    if as_json:
        content = {"tenant": tenant, "at": now, "held": [asdict(one) for one in held], "collections": collections}
        click.echo(json.dumps(content, indent=2, default=datetime.isoformat))
    else:
        _show(Console(), held, collections)


@retention.command()
@TENANT
@click.confirmation_option("--yes", prompt="Delete the key of this tenant's pseudonyms for good?")
def forget(tenant: str) -> None:
    """Delete the key of a tenant's pseudonyms: its decision log can no longer be led back to anyone.

    Whom decisions were about can then no longer be found to be erased either, so erase the users first. Nor does an
    import that is under way know any more who was erased since it began, so let imports end before. A process that has
    used the key goes on doing so for up to 15 minutes; point-in-time recovery keeps it for 35 days.
    """
    services = operator_services()
    if services.pseudonyms.forget(tenant):
        click.echo(f"forgotten: the decision log of {tenant} is anonymous")
    else:
        click.echo(f"{tenant} has no pseudonyms")


def _show(console: Console, held: list[Holding], collections: dict[str, int]) -> None:
    table = Table("what", "count", "oldest", "next end", "last end", "overdue", "endless", box=None)
    for column in table.columns[:5]:
        column.no_wrap = True
    for one in held:
        days = (_day(moment) for moment in (one.oldest, one.next_end, one.last_end))
        table.add_row(one.kind, f"{one.count:,}", *days, str(one.overdue or ""), str(one.endless or ""))
    for name, count in collections.items():
        table.add_row(f"faces in {name}", f"{count:,}", "", "", "", "", "")
    console.print(table)


def _day(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d}" if moment else ""
