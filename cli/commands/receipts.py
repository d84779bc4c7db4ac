"""receipts key and get, and verify-receipt."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from chalicelib.store.decisions import logged_pages
from chalicelib.store.items import Table
from cli.commands.options import TENANT, connection
from cli.connection import connect
from cli.operator import operator_services
from cli.receipts import Verdict, read_keys, read_receipts, verify

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_SAYS = {
    Verdict.GENUINE: ("genuine", "green"),
    Verdict.TAMPERED: ("NOT GENUINE: the key did not sign this; entry or signature was changed", "red"),
    Verdict.OTHER_KEY: ("unknown key: it names a key that is not among those given, so nothing is proved", "yellow"),
}
_COUNTED = {Verdict.GENUINE: "genuine", Verdict.TAMPERED: "NOT GENUINE", Verdict.OTHER_KEY: "with an unknown key"}


@click.group()
def receipts() -> None:
    """Fetch the signed entries of the decision log, and the key that proves them."""


@receipts.command("key")
@connection
def key_command(tenant: str | None, url: str | None, key: str | None) -> None:
    """Print the public key of receipts, in PEM. Keep it: receipts are proved with it offline.

    Example: countersign receipts key --tenant acme > receipts.pem
    """
    click.echo(connect(tenant, url, key).receipts_key()["pem"], nl=False)


@receipts.command()
@click.argument("verification_id")
@connection
def get(verification_id: str, tenant: str | None, url: str | None, key: str | None) -> None:
    """Print the receipt of a verification, as JSON.

    Example: countersign receipts get 5f0c... --tenant acme > receipt.json
    """
    click.echo(json.dumps(connect(tenant, url, key).receipt(verification_id), indent=2))


@receipts.command()
@TENANT
def audit(tenant: str) -> None:
    """Print what was done to a tenant's keys, users and blocklist: a receipt per line, oldest first.

    An operator's command: it needs AWS access to the environment.

    Example: countersign receipts audit --tenant acme > audit.jsonl; countersign verify-receipt audit.jsonl
    --public-key receipts.pem
    """
    for receipt in operator_services().tenant(tenant).audit.entries():
        click.echo(json.dumps(receipt.as_json()))


@receipts.command()
@TENANT
def decisions(tenant: str) -> None:
    """Print all of a tenant's decisions that are still kept: a receipt per line, in no order.

    An operator's command: it needs AWS access to the environment, and reads the whole table once.

    Example: countersign receipts decisions --tenant acme > decisions.jsonl; countersign verify-receipt decisions.jsonl
    --public-key receipts.pem
    """
    services, read, written = operator_services(), 0, 0
    pages = logged_pages(Table(services.aws, services.setting("TABLE")), tenant, datetime.now(UTC), 0, 1)
    with Console(stderr=True).status("reading ...") as status:
        for items, found in pages:
            read, written = read + items, written + len(found)
            for receipt in found:
                click.echo(json.dumps(receipt.as_json()))
            status.update(f"read {read:,} items of the table, {written:,} decisions among them")
    click.echo(f"{written:,} decisions", err=True)


@click.command("verify-receipt")
@click.argument("file", type=_FILE)
@click.option(
    "--public-key", "key_files", type=_FILE, multiple=True, required=True, help="PEM; several after a rotation."
)
def verify_receipt(file: Path, key_files: tuple[Path, ...]) -> None:
    """Prove offline that FILE is what the log says: one receipt, the one in an erasure's answer, or one per line.

    Exit code: 0 genuine, 1 not genuine (changed since it was signed, or forged), 3 signed with a key that was not
    given, 2 no receipt or another error. Of several the worst counts, and the last line counts them.

    Example: countersign verify-receipt receipt.json --public-key receipts.pem
    """
    keys = read_keys(key_files)
    verdicts = Counter[Verdict]()
    for receipt in read_receipts(file.read_bytes()):
        verdict = verify(receipt, keys)
        verdicts[verdict] += 1
        words, colour = _SAYS[verdict]
        click.secho(f"{_name(receipt['entry'])}: {words}", fg=colour)
    if verdicts.total() > 1:
        click.echo(", ".join(f"{count:,} {_COUNTED[verdict]}" for verdict, count in sorted(verdicts.items())))
    worst = (Verdict.TAMPERED, Verdict.OTHER_KEY, Verdict.GENUINE)
    raise SystemExit(next(verdict.value for verdict in worst if verdict in verdicts))


def _name(entry: Mapping[str, Any]) -> str:
    """One line, whatever a forger wrote: what steers a terminal could hide the verdict."""
    what = entry["details"].get("decision") if isinstance(entry["details"], dict) else None
    name = f"{entry['kind']} {entry['id']} of {entry['tenant']} at {entry['at']}" + (f" ({what})" if what else "")
    return "".join(character if character.isprintable() else "?" for character in name)
