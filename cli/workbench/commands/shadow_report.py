"""policy shadow-report: what a candidate decided beside the live policy, on real traffic."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import click
import duckdb

from chalicelib.errors import PolicyError
from chalicelib.model.policy import Flow
from chalicelib.policy.load import load_policy
from cli.errors import CliError
from cli.replay.log import open_log
from cli.replay.query import shadowed, shadowed_flows
from cli.replay.results import FlowResult, flow_result
from cli.replay.scores import distributions
from cli.workbench.folder import POLICY_ARGUMENT, find_policy, installed_plugins, policies_option
from cli.workbench.replaying import Scope, day_of, log_options, needed, tell, tenant_of


@click.command("shadow-report", epilog=POLICY_ARGUMENT)
@click.argument("policy")
@log_options
@click.option("--shadow", metavar="CANDIDATE", help="The candidate's name. Default: what POLICY says under `shadow`.")
@policies_option
def shadow_report(
    policy: str,
    log: Path | None,
    tenant: str | None,
    flows: tuple[str, ...],
    since: object,
    until: object,
    html: Path | None,
    as_json: bool,
    shadow: str | None,
    folder: Path,
) -> None:
    """Compare what POLICY decided with what its shadow decided beside it, as `policy replay` compares.

    A policy names a candidate with `shadow: acme-next`. From then on both are decided from the same signals, the
    candidate at no cost and without acting, and the decision log keeps both. To shadow a single check, give its step
    `on_fail: warn`.

    \b
    Examples:
      countersign decisions export --out log
      countersign policy shadow-report acme --log log --html shadow.html
    """
    found, name = find_policy(policy, folder)
    plugins = installed_plugins()
    live = load_policy(name, found.read, plugins)
    candidate = shadow or live.shadow
    if candidate is None:
        raise CliError(f"{name} has no `shadow`. Say which candidate was one with --shadow.")
    try:
        limits = load_policy(candidate, found.read, plugins).flows
    except PolicyError:  # it may be gone by now; then the report shows no limits
        limits = {}
    with open_log(needed(log)) as connection:
        scope = Scope(tenant_of(connection, tenant, live.tenant), day_of(since), day_of(until))
        results = _results(connection, candidate, scope, flows, live.flows, limits)
    if not results:
        raise CliError(f"In this log {candidate} was never decided beside {scope.tenant}'s policy.")
    about = f"Decisions of {scope.tenant}, and what its shadow {candidate} decided beside them."
    tell(results, f"Shadow of {scope.tenant}: {candidate}", about, html, as_json)


def _results(
    connection: duckdb.DuckDBPyConnection,
    candidate: str,
    scope: Scope,
    flows: Iterable[str],
    then: Mapping[str, Flow],
    now: Mapping[str, Flow],
) -> list[FlowResult]:
    chosen, results = set(flows), []
    for (flow,) in connection.execute(shadowed_flows(scope.rows(""), candidate)).fetchall():
        if not chosen or flow in chosen:
            rows = scope.rows(flow)
            scores = distributions(connection, rows, now[flow], then.get(flow)) if flow in now else ()
            results.append(flow_result(connection, flow, shadowed(rows, candidate), scores))
    return results
