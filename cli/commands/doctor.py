"""doctor: an operator's command. It needs AWS access to the environment, not an API key."""

from __future__ import annotations

import time
from collections import Counter

import click
from rich.console import Console
from rich.status import Status

from cli.commands.options import TENANT
from cli.doctor.results import Tally, json_line
from cli.doctor.visit import visit
from cli.operator import operator_services


@click.command()
@TENANT
@click.option("--fix", is_flag=True, help="Repair what can be repaired safely.")
@click.option("--reindex", is_flag=True, help="Index outdated faces anew from their pictures: an IndexFaces call each.")
@click.option("--revoke", is_flag=True, help="With --fix: revoke users of whom no face can be restored.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object for each finding, then one with the totals.")
@click.option(
    "--grace-s",
    type=click.FloatRange(min=0),
    default=60,
    show_default=True,
    help="Look at suspects again after so long, so that requests under way are not taken for damage.",
)
def doctor(tenant: str, fix: bool, reindex: bool, revoke: bool, as_json: bool, grace_s: float) -> None:
    """Compare what the table, the collections and the bucket hold of a tenant's users; say what does not fit.

    It reads the whole table once, and lists every face and picture of the tenant. Without an option nothing is changed.

    Exit code: 0 healthy (or all is repaired), 1 something is not, 2 on an error.

    \b
    Examples:
      countersign doctor --tenant acme
      countersign doctor --tenant acme --fix
      countersign doctor --tenant acme --reindex     after Amazon has released a face model
      countersign doctor --tenant acme --json | jq 'select(.kind == "orphan-face")'
    """
    tally, options = Tally(), _chosen(fix=fix, reindex=reindex, revoke=revoke)
    with Console(stderr=True).status("looking ...") as status:
        waiting = _Waiting(status, grace_s)
        for result in visit(operator_services(), tenant, options, waiting.progress, waiting.pause):
            tally.add(result)
            if as_json:
                click.echo(json_line(result))
    if as_json:
        click.echo(tally.as_json(tenant))
    else:
        tally.show(Console(), tenant)
    raise SystemExit(0 if tally.is_healthy else 1)


def _chosen(**options: bool) -> frozenset[str]:
    return frozenset(name for name, is_chosen in options.items() if is_chosen)


class _Waiting:
    """What is shown meanwhile, and the grace period, which begins once everything is read and passes once."""

    def __init__(self, status: Status, grace_s: float) -> None:
        self._status = status
        self._read: Counter[str] = Counter()
        self._grace_s = grace_s
        self._over_at_s = 0.0

    def progress(self, what: str, how_many: int) -> None:
        self._read[what] += how_many
        self._status.update(", ".join(f"{count:,} {name}" for name, count in self._read.items()))

    def pause(self) -> None:
        self._over_at_s = self._over_at_s or time.monotonic() + self._grace_s
        while (left_s := self._over_at_s - time.monotonic()) > 0:
            self._status.update(f"something does not fit: looking again in {left_s:.0f} s (--grace-s)")
            time.sleep(min(left_s, 1))
