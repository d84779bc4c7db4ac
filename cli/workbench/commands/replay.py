"""policy replay: what the recorded decisions would be under a candidate policy."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import click
import duckdb
from rich.text import Text

from chalicelib.engine.plan import plan_flow
from chalicelib.model.plugins import Plugins
from chalicelib.model.policy import Flow, Policy
from chalicelib.policy.load import load_policy
from cli.errors import CliError
from cli.replay.athena import athena_sql
from cli.replay.html import report
from cli.replay.log import TABLE, open_log, tenants
from cli.replay.query import Rows, decided
from cli.replay.results import FlowResult, flow_result
from cli.replay.scores import distributions
from cli.replay.summary import summary
from cli.workbench.folder import POLICY_ARGUMENT, Command, find_policy, installed_plugins, policies_option
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


@click.command(epilog=POLICY_ARGUMENT)
@click.argument("candidate")
@log_options
@click.option(
    "--live", metavar="POLICY", help="The policy in force, whose limits the report shows beside the candidate's."
)
@click.option("--athena", metavar="TABLE", help="Run nothing: print the same queries for Athena, on its table TABLE.")
@policies_option
def replay(
    candidate: str,
    log: Path | None,
    tenant: str | None,
    flows: tuple[str, ...],
    since: object,
    until: object,
    html: Path | None,
    as_json: bool,
    live: str | None,
    athena: str | None,
    folder: Path,
) -> None:
    """Decide the log's decisions again under the policy CANDIDATE, and tell which flip, which way and why.

    AWS is not called: the log keeps what AWS said then. What it does not tell is counted as such, never guessed: a
    signal that an earlier step made needless, a search that did not go as low as the candidate's threshold.

    \b
    Examples:
      countersign decisions export --out log
      countersign policy replay acme-next --tenant acme --live acme --log log --html report.html
      countersign policy replay acme --flow register --since 2026-11-01 --log log
      countersign policy replay acme --athena countersign.decisions
    """
    plugins = installed_plugins()
    policy = _load(candidate, folder, plugins)
    then = _load(live, folder, plugins) if live else None
    chosen = _flows(policy, flows)
    days = _day(since), _day(until)
    if athena:
        for flow in chosen:
            click.echo(athena_sql(plan_flow(flow, plugins), Rows(athena, tenant or policy.tenant, flow.name, *days)))
        return
    if log is None:
        raise CliError("Say which log with --log. `countersign decisions export` writes one.")
    with open_log(log) as connection:
        scope = Scope(_tenant(connection, tenant, policy.tenant), *days)
        results = [_replayed(connection, flow, then, scope, plugins) for flow in chosen]
    about = f"Decisions of {scope.tenant}, decided again by {candidate} (policy {policy.digest[:12]})."
    tell(results, f"Replay of {candidate}", about, html, as_json)


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


def _replayed(
    connection: duckdb.DuckDBPyConnection, flow: Flow, then: Policy | None, scope: Scope, plugins: Plugins
) -> FlowResult:
    rows = scope.rows(flow.name)
    before = then.flows.get(flow.name) if then else None
    scores = distributions(connection, rows, flow, before)
    return flow_result(connection, flow.name, decided(plan_flow(flow, plugins), rows), scores)


def _as_json(result: FlowResult) -> dict[str, object]:
    return {"flow": result.flow, "decisions": result.decisions, "groups": [asdict(group) for group in result.groups]}


def _load(policy: str, folder: Path, plugins: Plugins) -> Policy:
    found, tenant = find_policy(policy, folder)
    return load_policy(tenant, found.read, plugins)


def _flows(policy: Policy, names: tuple[str, ...]) -> list[Flow]:
    for name in names:
        if name not in policy.flows:
            raise CliError(f"The policy has no flow {name!r}, only {', '.join(policy.flows)}.")
    return [flow for flow in policy.flows.values() if not names or flow.name in names]


def _tenant(connection: duckdb.DuckDBPyConnection, asked: str | None, policy: str) -> str:
    known = tenants(connection)
    chosen = asked or (policy if policy in known else known[0] if len(known) == 1 else None)
    if chosen is None or chosen not in known:
        raise CliError(f"Whose decisions? The log has {', '.join(known) or 'none'}; say --tenant.")
    return chosen


def _day(value: object) -> str:
    return f"{value:%Y-%m-%d}" if value else ""
