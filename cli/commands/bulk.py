"""bulk-import."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import click
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from cli.bulk.history import History
from cli.bulk.importer import Importer, Result, import_all
from cli.bulk.on_queue import Wanted
from cli.bulk.people import Folder, Person, Source, find_people
from cli.bulk.s3 import bucket
from cli.commands.bulk_on_queue import import_on_queue
from cli.commands.options import connection
from cli.connection import connect
from cli.errors import CliError


@click.command("bulk-import")
@click.argument("source")
@click.option("--consent", metavar="VERSION", help="The version of the text that these people agreed to.")
@click.option("--flow", help="The flow for all; default: register, or register_with_id_card for those with a card.")
@click.option(
    "--history",
    "history_path",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The record of what was done, JSON lines [default: .countersign/import-TENANT.jsonl].",
)
@click.option("--at-once", type=click.IntRange(1, 16), default=4, show_default=True, help="How many side by side.")
@click.option("--on-queue", is_flag=True, help="Run it on the environment's queue and functions, and watch it.")
@click.option(
    "--per-second",
    type=click.FloatRange(0.1, 1000),
    default=5.0,
    show_default=True,
    help="On the queue: how many people begin each second, as a share of the region's quota.",
)
@click.option("--again", is_flag=True, help="On the queue: go through the list once more, when some never finished.")
@connection
def bulk_import(
    source: str,
    consent: str | None,
    flow: str | None,
    history_path: Path | None,
    at_once: int,
    on_queue: bool,
    per_second: float,
    again: bool,
    tenant: str | None,
    url: str | None,
    key: str | None,
) -> None:
    """Register the people of SOURCE: a folder or s3://bucket/prefix.

    Each picture is one person and its file name the user id; or a people.csv there names user_id, selfie, id_card and
    properties. It can be stopped and started again: who was decided on with the same pictures is not asked
    again.

    With --on-queue, for thousands and more, the pictures are read by the environment's functions and nothing runs here:
    SOURCE is below s3://IMAGES-BUCKET/TENANT/imports/, --tenant is needed, and your AWS credentials instead of a key
    (see `countersign recover --help` for the environment). Started again, it is watched; nobody is registered twice.

    Exit code: 0 when everyone is registered, 1 when someone was refused, 2 on an error.

    \b
    Examples:
      countersign bulk-import photos/ --tenant acme --consent 2026-01
      countersign bulk-import --on-queue s3://countersign-prod-images/acme/imports/may --tenant acme --consent 2026-01
    """

    def flow_of(person: Person) -> str:
        return flow or ("register_with_id_card" if person.id_card else "register")

    if on_queue:
        if tenant is None:
            raise CliError("Which tenant? With --on-queue, give --tenant.")
        history = history_path or Path(".countersign") / f"import-on-queue-{tenant}.jsonl"
        wanted = Wanted(tenant, source, flow_of, consent, per_second)
        raise SystemExit(import_on_queue(wanted, history, again))
    people_source = _source(source)
    people = find_people(people_source)
    path = history_path or Path(".countersign") / f"import-{tenant or 'default'}.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    importer = Importer(
        client=connect(tenant, url, key),
        source=people_source,
        history=History(path),
        flow_of=flow_of,
        consent=consent,
    )
    console = Console()
    results, stopped = _run(importer, people, at_once, console)
    _summarize(console, results, len(people), path)
    decisions = {result.entry.decision for result in results}
    if stopped or "error" in decisions:
        raise SystemExit(2)
    raise SystemExit(0 if decisions == {"approved"} else 1)


def _source(text: str) -> Source:
    if text.startswith("s3://"):
        return bucket(text)
    if not Path(text).is_dir():
        raise CliError(f"{text} is neither a folder nor s3://bucket/prefix.")
    return Folder(Path(text))


def _run(importer: Importer, people: list[Person], at_once: int, console: Console) -> tuple[list[Result], bool]:
    """The results, and whether it was stopped by Ctrl-C before the end."""
    results: list[Result] = []
    columns = (TextColumn("importing"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("importing", total=len(people))
        coming = import_all(importer, people, at_once)
        try:
            for result in coming:
                results.append(result)
                progress.advance(task)
        except KeyboardInterrupt:
            progress.console.print("stopping: those under way are finished first ...", style="yellow")
            coming.close()
            return results, True
    return results, False


def _summarize(console: Console, results: list[Result], total: int, history: Path) -> None:
    refused = [result.entry for result in results if result.entry.decision != "approved"]
    if refused:
        table = Table("user", "decision", "why")
        for entry in refused:
            table.add_row(escape(entry.user), entry.decision, escape("; ".join(entry.reasons)))
        console.print(table)
    counts = Counter(result.entry.decision for result in results)
    words = ", ".join(f"{counts[word]} {word}" for word in ("approved", "denied", "review", "error"))
    known = sum(result.was_known for result in results)
    console.print(f"{len(results)} of {total} people: {words}; {known} known from before.", highlight=False)
    console.print(f"History: {history}", highlight=False, soft_wrap=True)
    if counts["error"] or len(results) < total:
        console.print("Run the same command again to go on where it stopped.")
