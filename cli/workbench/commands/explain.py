"""policy explain: what a policy means in practice."""

from __future__ import annotations

from pathlib import Path

import click
from rich.console import RenderableType
from rich.text import Text

from chalicelib.engine.plan import plan_flow
from chalicelib.model.plugins import Plugins
from chalicelib.model.policy import Execution, Policy
from chalicelib.policy.load import load_with_places
from chalicelib.policy.problems import nearest
from cli.errors import CliError
from cli.workbench.explaining.pages import path_table, plan_tree, quota_table
from cli.workbench.explaining.picture import svg
from cli.workbench.explaining.resolved import resolved_rows
from cli.workbench.explaining.tables import SHIPPED, Tables, read_tables
from cli.workbench.folder import POLICY_ARGUMENT, find_policy, installed_plugins, policies_option
from cli.workbench.output import plain_table, show

_FILE = click.Path(dir_okay=False, path_type=Path)
_ABOVE_0 = click.FloatRange(min=0, min_open=True)


@click.command(epilog=POLICY_ARGUMENT)
@click.argument("policy")
@policies_option
@click.option("--flow", help="One flow alone.")
@click.option("--svg", "picture", type=_FILE, help="Draw the plan of the --flow into this file.")
@click.option("--region", default="us-east-1", show_default=True, help="Whose prices and quotas count.")
@click.option("--load", type=_ABOVE_0, default=10, show_default=True, help="Decisions a second.")
@click.option("--tables", "own_tables", type=_FILE, help="Your own prices, latencies and quotas, in aws.toml's form.")
def explain(
    policy: str, folder: Path, flow: str | None, picture: Path | None, region: str, load: float, own_tables: Path | None
) -> None:
    """Show what POLICY comes to: each value with where it was written, the plan of each flow, and for each way through
    it the calls of AWS, their price and the expected time; then what --load decisions a second need of AWS's quotas.

    \b
    Examples:
      countersign policy explain acme
      countersign policy explain acme --flow register --svg register.svg --load 50
    """
    found, tenant = find_policy(policy, folder)
    plugins = installed_plugins()
    loaded = load_with_places(tenant, found.read, plugins)
    tables = read_tables(own_tables or SHIPPED, region)
    flows = loaded.policy.flows
    if flow is not None and flow not in flows:
        raise CliError(f"{tenant} has no flow {flow!r}. Did you mean {nearest(flow, flows) or ', '.join(flows)}?")
    if picture is not None:
        if flow is None:
            raise CliError("--svg draws one flow: say which with --flow.")
        picture.write_text(svg(plan_flow(flows[flow], plugins, loaded.policy.execution)), encoding="utf-8")
        click.echo(f"wrote {picture}")
    show(plain_table((), resolved_rows(loaded, plugins, flow)))
    for name in [flow] if flow else flows:
        show(*_flow(name, loaded.policy, plugins, tables, load))
    show(Text(_sources(tables), style="dim"))


def _flow(name: str, policy: Policy, plugins: Plugins, tables: Tables, load: float) -> list[RenderableType]:
    modes = (policy.execution, *(mode for mode in Execution if mode is not policy.execution))
    plans = {mode: plan_flow(policy.flows[name], plugins, mode) for mode in modes}
    own = plans[policy.execution]
    return [
        Text(),
        plan_tree(own),
        Text(),
        path_table(plans, policy.faces, tables),
        Text(f"\nat {load:g} decisions a second ({policy.execution}, {tables.region}):"),
        quota_table(own, policy, tables, load),
    ]


def _sources(tables: Tables) -> str:
    lines = [
        f"\n{tables.region}, as of {tables.as_of}; calls, prices and times are upper bounds of what one request makes."
    ]
    lines += [f"  {name}: {source}" for name, source in tables.sources.items()]
    return "\n".join(lines)
