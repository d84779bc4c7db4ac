"""policy replay: what the recorded decisions would be under a candidate policy."""

from __future__ import annotations

from pathlib import Path

import click
import duckdb

from chalicelib.engine.plan import plan_flow
from chalicelib.model.plugins import Plugins
from chalicelib.model.policy import Flow, Policy
from chalicelib.policy.load import load_policy
from cli.errors import CliError
from cli.replay.athena import athena_sql
from cli.replay.log import open_log
from cli.replay.query import Rows, decided
from cli.replay.results import FlowResult, flow_result
from cli.replay.scores import distributions
from cli.workbench.folder import POLICY_ARGUMENT, find_policy, installed_plugins, policies_option
from cli.workbench.replaying import Scope, day_of, log_options, needed, tell, tenant_of


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
    days = day_of(since), day_of(until)
    if athena:
        for flow in chosen:
            click.echo(athena_sql(plan_flow(flow, plugins), Rows(athena, tenant or policy.tenant, flow.name, *days)))
        return
    with open_log(needed(log)) as connection:
        scope = Scope(tenant_of(connection, tenant, policy.tenant), *days)
        results = [_replayed(connection, flow, then, scope, plugins) for flow in chosen]
    about = f"Decisions of {scope.tenant}, decided again by {candidate} (policy {policy.digest[:12]})."
    tell(results, f"Replay of {candidate}", about, html, as_json)


def _replayed(
    connection: duckdb.DuckDBPyConnection, flow: Flow, then: Policy | None, scope: Scope, plugins: Plugins
) -> FlowResult:
    rows = scope.rows(flow.name)
    before = then.flows.get(flow.name) if then else None
    scores = distributions(connection, rows, flow, before)
    return flow_result(connection, flow.name, decided(plan_flow(flow, plugins), rows), scores)


def _load(policy: str, folder: Path, plugins: Plugins) -> Policy:
    found, tenant = find_policy(policy, folder)
    return load_policy(tenant, found.read, plugins)


def _flows(policy: Policy, names: tuple[str, ...]) -> list[Flow]:
    for name in names:
        if name not in policy.flows:
            raise CliError(f"The policy has no flow {name!r}, only {', '.join(policy.flows)}.")
    return [flow for flow in policy.flows.values() if not names or flow.name in names]
