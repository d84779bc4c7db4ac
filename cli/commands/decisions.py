"""countersign decisions: the decision log as files, for replays, for Athena and for whoever keeps its own books."""

from __future__ import annotations

from pathlib import Path

import click

from chalicelib.policy.load import load_policy
from cli.errors import CliError
from cli.replay.sample import SHARES, write_log
from cli.workbench.folder import POLICY_ARGUMENT, find_policy, installed_plugins, policies_option
from cli.workbench.output import show


@click.group()
def decisions() -> None:
    """The decision log as files: export it, or make one up to try the policy workbench on."""


@decisions.command(epilog=POLICY_ARGUMENT)
@click.argument("policy")
@click.option("--rows", type=click.IntRange(1), default=20_000, show_default=True, help="How many decisions.")
@click.option("--days", type=click.IntRange(1, 366), default=90, show_default=True, help="Over how many days.")
@click.option("--out", type=click.Path(path_type=Path), default=Path("log"), show_default=True, help="A new folder.")
@policies_option
def sample(policy: str, rows: int, days: int, out: Path, folder: Path) -> None:
    """Make up a log of decisions that POLICY took, as Parquet: to try `policy replay` without an environment.

    The people and their scores are made up, and always the same; the decisions are the policy's own.

    \b
    Examples:
      countersign decisions sample acme --out log
      countersign policy replay acme-next --tenant acme --log log
    """
    plugins = installed_plugins()
    found, tenant = find_policy(policy, folder)
    loaded = load_policy(tenant, found.read, plugins)
    if missing := [name for name in SHARES if name not in loaded.flows]:
        raise CliError(f"The sample has the baseline's flows; {tenant} has no {', '.join(missing)}.")
    if out.exists():
        raise CliError(f"{out} is there already; give --out another name.")
    write_log(loaded, plugins, rows, out, days)
    show(f"{rows:,} made-up decisions of {tenant} in {out}")
