"""review list, show and settle: for people of the tenant who decide what its policy does not."""

from __future__ import annotations

import json
from pathlib import Path

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from cli.client import Client, Json
from cli.commands.options import connection
from cli.connection import connect

_AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print the API's answer as JSON.")


@click.group()
def review() -> None:
    """Settle what the policy referred to you: decisions of `review`. Needs a key with the scope review."""


@review.command("list")
@_AS_JSON
@connection
def list_reviews(as_json: bool, tenant: str | None, url: str | None, key: str | None) -> None:
    """List the open reviews, oldest first. Example: countersign review list --tenant acme"""
    found = list(connect(tenant, url, key).reviews())
    if as_json:
        click.echo(json.dumps(found, indent=2))
        return
    table = Table("id", "flow", "user", "since", "open until", box=None)
    table.columns[0].min_width = 32  # to be copied whole
    for one in found:
        table.add_row(
            one["id"], one["flow"], escape(one["user_id"]), _minute(one["opened_at"]), _minute(one["ends_at"])
        )
    Console().print(table if found else "nothing to review")


@review.command()
@click.argument("review_id")
@click.option(
    "--pictures",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Save the pictures in this folder; delete them when you are done.",
)
@_AS_JSON
@connection
def show(
    review_id: str, folder: Path | None, as_json: bool, tenant: str | None, url: str | None, key: str | None
) -> None:
    """Show REVIEW_ID: why it was referred, what was observed, and for a minute where its pictures are.

    That you looked is written to the audit log.

    Example: countersign review show 4f0c... --pictures to-look-at/ --tenant acme
    """
    client = connect(tenant, url, key)
    answer = client.review(review_id)
    if folder:
        _save(client, answer, folder)
    if as_json:
        click.echo(json.dumps(answer, indent=2))
    else:
        _print(answer)


@review.command()
@click.argument("review_id")
@click.argument("decision", type=click.Choice(["approved", "denied"]))
@click.option("--reason", required=True, help="Why, for your own records, up to 200 characters; erased with the user.")
@_AS_JSON
@connection
def settle(
    review_id: str,
    decision: str,
    reason: str,
    as_json: bool,
    tenant: str | None,
    url: str | None,
    key: str | None,
) -> None:
    """Settle REVIEW_ID: approved or denied. Safe to repeat.

    Example: countersign review settle 4f0c... approved --reason "same person, new glasses" --tenant acme
    """
    answer = connect(tenant, url, key).settle_review(review_id, decision, reason)
    if as_json:
        click.echo(json.dumps(answer, indent=2))
    else:
        click.echo(f"{answer['settlement']['decision']}, as verification {answer['settlement']['id']}")


def _minute(moment: str) -> str:
    return moment[:16].replace("T", " ")


def _save(client: Client, answer: Json, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for picture in answer["pictures"]:
        content = client.download(picture["url"])
        kind = "png" if content.startswith(b"\x89PNG") else "jpg"
        path = folder / f"{answer['id']}-{picture['kind']}.{kind}"
        path.write_bytes(content)
        click.echo(f"saved {path}", err=True)


def _print(answer: Json) -> None:
    decision, console = answer["verification"], Console()
    table = Table(show_header=False, box=None)
    rows = {
        "status": answer["status"],
        "open until": _minute(answer["ends_at"] or "-"),
        "flow": decision["flow"],
        "user": decision["user_id"] or "(erased)",
        "because": "; ".join(f"{reason['step']}: {reason['message']}" for reason in decision["reasons"]),
        **{f"claimed {name}": value for name, value in answer["properties"].items()},
        **{f"read {name}": value for name, value in decision["extracted"].items()},
        **{f"picture {picture['kind']}": picture["url"] for picture in answer["pictures"]},
    }
    if answer["settlement"]:
        rows["settled"] = f"{answer['settlement']['decision']} by key {answer['settlement']['settled_by']}"
        rows["reason"] = answer["settlement"]["reason"] or "(erased)"
    for name, value in rows.items():
        table.add_row(name, escape(value))
    console.print(table)
    findings = Table("step", "outcome", "reason", "observed", "limit", box=None)
    for one in decision["findings"]:
        told = (one["step"], one["outcome"], one["reason"], one["observed"], one["limit"])
        findings.add_row(*(escape("" if value is None else str(value)) for value in told))
    console.print(findings)
