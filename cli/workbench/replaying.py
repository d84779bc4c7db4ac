"""What `policy replay` and `policy shadow-report` share: which decisions of which log, and how the answer is told."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import click
import duckdb
from rich.text import Text

from cli.errors import CliError
from cli.replay.html import report
from cli.replay.log import TABLE, tenants
from cli.replay.query import Rows
from cli.replay.results import FlowResult
from cli.replay.summary import summary
from cli.workbench.folder import Command
from cli.workbench.output import show

_DAY = click.DateTime(["%Y-%m-%d"])


def log_options(command: Command) -> Command:
    """--log, --tenant, --flow, --since, --until, --html, --json: what is replayed, and where the answer goes."""
    for option in (
        click.option("--json", "as_json", is_flag=True, help="Print the counts as JSON."),
        click.option("--html", type=click.Path(dir_okay=False, path_type=Path), help="Write a report with plots here."),
        click.option("--until", type=_DAY, help="The last day, like 2026-11-30."),
        click.option("--since", type=_DAY, help="The first day, like 2026-11-01."),
        click.option("--flow", "flows", multiple=True, help="Only this flow; repeatable."),
        click.option("--tenant", help="Whose decisions. Default: the only tenant of the log, or the policy's name."),
        click.option(
            "--log",
            type=click.Path(path_type=Path),
            help="What `countersign decisions export` wrote: a folder or file.",
        ),
    ):
        command = option(command)
    return command


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose decisions, of which flows, and between which days."""

    tenant: str
    since: str
    until: str

    def rows(self, flow: str) -> Rows:
        return Rows(TABLE, self.tenant, flow, self.since, self.until)


def tell(results: list[FlowResult], title: str, about: str, html: Path | None, as_json: bool) -> None:
    """Print the results, and write the report when one is asked for."""
    if html:
        html.write_text(report(title, about, [result for result in results if result.decisions]), encoding="utf-8")
    if as_json:
        click.echo(json.dumps([_as_json(result) for result in results], indent=2))
        return
    show(Text(about), Text(), summary(results))
    if html:
        show(Text(f"written to {html}", style="dim"))


def _as_json(result: FlowResult) -> dict[str, object]:
    return {"flow": result.flow, "decisions": result.decisions, "groups": [asdict(group) for group in result.groups]}


def needed(log: Path | None) -> Path:
    if log is None:
        raise CliError("Say which log with --log. `countersign decisions export` writes one.")
    return log


def tenant_of(connection: duckdb.DuckDBPyConnection, asked: str | None, policy: str) -> str:
    known = tenants(connection)
    chosen = asked or (policy if policy in known else known[0] if len(known) == 1 else None)
    if chosen is None or chosen not in known:
        raise CliError(f"Whose decisions? The log has {', '.join(known) or 'none'}; say --tenant.")
    return chosen


def day_of(value: object) -> str:
    return f"{value:%Y-%m-%d}" if value else ""
