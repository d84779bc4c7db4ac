"""bulk-import --on-queue: an operator's command."""

from __future__ import annotations

import json
import math
import time
from dataclasses import asdict
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from chalicelib.store.imports import Import, Result
from chalicelib.wiring import Services
from cli.bulk.on_queue import Wanted, resume, settled, start
from cli.operator import operator_services

_LOOK_EVERY_S = 2.0
_STUCK_AFTER_S = 1200.0  # whoever is put off comes again within five minutes, and a message has five tries
_SHOWN = 20


def import_on_queue(wanted: Wanted, history: Path, again: bool) -> int:
    """Start the import, or find it under way, and watch it to its end. The exit code."""
    services, console = operator_services(), Console()
    what, is_new = start(services, wanted, datetime.now(UTC))
    if again and not is_new:
        resume(services, wanted.tenant, what.import_id)
    words = "started" if is_new else "sent on its way again" if again else "under way already"
    pace = f"at {what.per_s:g} a second {math.ceil(what.people / what.per_s / 60):,} min or more"
    console.print(
        f"import {what.import_id} of {what.people:,} people: {words}; {pace}", highlight=False, soft_wrap=True
    )
    try:
        open_ones = _watch(services, wanted.tenant, what, console)
    except KeyboardInterrupt:
        console.print("It goes on without you; the same command watches it again.")
        return 2
    if open_ones:
        console.print(
            f"{open_ones:,} people are open, and nothing happened for {_STUCK_AFTER_S / 60:.0f} minutes. `countersign"
            " recover` shows the messages that failed; this command with --again goes through the list once more.",
            style="yellow",
            highlight=False,
            soft_wrap=True,
        )
        return 2
    results = list(services.tenant(wanted.tenant).imports.results(what.import_id))
    _report(results, history, console)
    return 0 if all(result.outcome == "approved" for result in results) else 1


def _watch(services: Services, tenant: str, what: Import, console: Console) -> int:
    """How many are still open: none, or those that nothing happens to any more."""
    columns = (TextColumn("importing"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    last, since_s = -1, time.monotonic()
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("importing", total=what.people)
        for done in settled(services, tenant, what, partial(time.sleep, _LOOK_EVERY_S)):
            progress.update(task, completed=done)
            if done != last:
                last, since_s = done, time.monotonic()
            elif time.monotonic() - since_s > _STUCK_AFTER_S:
                break
    return what.people - last


def _report(results: list[Result], history: Path, console: Console) -> None:
    history.parent.mkdir(parents=True, exist_ok=True)
    history.write_text("".join(json.dumps(asdict(result), ensure_ascii=False) + "\n" for result in results))
    others = [result for result in results if result.outcome != "approved"]
    table = Table("user", "outcome", "why")
    for result in others[:_SHOWN]:
        table.add_row(escape(result.user_id) or "(erased meanwhile)", result.outcome, escape(", ".join(result.why)))
    if others:
        console.print(table)
    if len(others) > _SHOWN:
        console.print(f"... and {len(others) - _SHOWN} more", highlight=False)
    console.print(f"{len(results) - len(others)} of {len(results)} people are registered.", highlight=False)
    console.print(f"Everybody's result: {history}", highlight=False, soft_wrap=True)
