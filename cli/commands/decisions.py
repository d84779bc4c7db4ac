"""countersign decisions: the decision log as files, for replays, for Athena and for whoever keeps its own books."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import click
from rich.console import Console

from chalicelib.policy.load import load_policy
from chalicelib.store.decisions import logged_pages
from chalicelib.store.items import Table
from cli.commands.options import TenantName
from cli.errors import CliError
from cli.operator import operator_services
from cli.replay.athena import table_ddl
from cli.replay.export import Export
from cli.replay.sample import SHARES, write_log
from cli.workbench.folder import POLICY_ARGUMENT, find_policy, installed_plugins, policies_option
from cli.workbench.output import show


@click.group()
def decisions() -> None:
    """The decision log as files: export it, or make one up to try the policy workbench on."""


@decisions.command()
@click.option("--tenant", type=TenantName(), help="Only this tenant's. Default: all of the environment.")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("log"),
    show_default=True,
    help="A new folder of Parquet; with a name that ends in .jsonl, a file of JSON lines.",
)
@click.option("--parts", type=click.IntRange(1, 100_000), default=64, show_default=True, help="See above.")
def export(tenant: str | None, out: Path, parts: int) -> None:
    """Write the decision log to files: for `policy replay`, for Athena, for your own books.

    Each decision is a row with what it was and what AWS said: no names, no numbers, no pictures. Parquet is in folders
    tenant=/flow=/day=, as Athena wants its partitions; `aws s3 sync` brings it there.

    The whole table is read once (DynamoDB's Scan, which costs read capacity), in --parts parts, four at a time. One
    that is stopped is run again with the same options: it goes on with the parts that are not done.

    It looks at the environment of COUNTERSIGN_TABLE, by your AWS credentials; without it at the service of `make
    serve`.

    \b
    Examples:
      countersign decisions export --out log
      countersign decisions export --tenant acme --out acme.jsonl
    """
    services = operator_services()
    pages = partial(logged_pages, Table(services.aws, services.setting("TABLE")), tenant, datetime.now(UTC))
    read = 0
    with Console(stderr=True).status("reading ...") as status:

        def told(items: int) -> None:
            nonlocal read
            read += items
            status.update(f"read {read:,} items of the table")

        counts = Export(pages, parts, services.plugins.signals, out).run(told)
    resumed = f", going on after {counts.resumed} of {parts} parts" if counts.resumed else ""
    show(f"{counts.decisions:,} decisions in {out}{resumed}")
    if counts.unreadable:
        show(f"{counts.unreadable:,} have signals of another version: a replay cannot tell of them")


@decisions.command()
@click.argument("table")
@click.argument("location", metavar="S3-LOCATION")
def athena_table(table: str, location: str) -> None:
    """Print the SQL that makes an Athena table TABLE over an export that was copied to S3-LOCATION.

    \b
    Example:
      aws s3 sync log s3://my-logs/countersign/
      countersign decisions athena-table countersign.decisions s3://my-logs/countersign/
    """
    if not location.startswith("s3://"):
        raise CliError(f"{location!r} is no place in S3; it is like s3://bucket/prefix/.")
    click.echo(table_ddl(table, location if location.endswith("/") else f"{location}/"))


@decisions.command(epilog=POLICY_ARGUMENT)
@click.argument("policy")
@click.option("--rows", type=click.IntRange(1), default=20_000, show_default=True, help="How many decisions.")
@click.option("--days", type=click.IntRange(1, 366), default=90, show_default=True, help="Over how many days.")
@click.option("--out", type=click.Path(path_type=Path), default=Path("log"), show_default=True, help="A new folder.")
@policies_option
def sample(policy: str, rows: int, days: int, out: Path, folder: Path) -> None:
    """Make up a log of decisions that POLICY took, as Parquet: to try `policy replay` without an environment.

    The people and their scores are made up, and always the same; the decisions are the policy's own, and its shadow's.

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
    shadow = load_policy(loaded.shadow, found.read, plugins) if loaded.shadow else None
    write_log(loaded, plugins, rows, out, days, shadow)
    show(f"{rows:,} made-up decisions of {tenant} in {out}")
