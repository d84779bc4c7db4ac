"""recover: an operator's command. It needs AWS access to the environment, not an API key."""

from __future__ import annotations

from datetime import UTC, datetime

import click
from rich.console import Console
from rich.markup import escape

from cli.errors import CliError
from cli.operator import operator_services
from cli.recovery import Recovery, Task


@click.command()
@click.argument("ids", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Finish everything that is listed.")
def recover(ids: tuple[str, ...], everything: bool) -> None:
    """Show what a crash or a lasting trouble left to be done, and finish it.

    Most of it is done without you: a change of a user that was never finished is undone after five minutes, by a
    message on the queue or by the sweep. What keeps failing ends in the dead-letter queue, and is tried again once an
    hour. When its cause is gone (a permission, a throttled table), finish it here: by its ID, or --all. Without either
    nothing is changed. Repeating it does no harm.

    It looks at the environment of COUNTERSIGN_TABLE, COUNTERSIGN_DEAD_LETTER_QUEUE_URL and the other variables of the
    app's functions, by your AWS credentials; without them at the service of `make serve`.

    Exit code: 0 nothing is left, 1 something is, 2 on an error.

    \b
    Examples:
      countersign recover
      countersign recover acme/recover/5f2b9c01a7de
      countersign recover --all
    """
    console, now, recovery = Console(), datetime.now(UTC), _recovery()
    with Console(stderr=True).status("looking ...") as status:
        tasks = recovery.tasks(now, lambda what: status.update(f"reading {what}"))
    wanted = tasks if everything else _wanted(tasks, ids)
    left = [task for task in tasks if not _treat(task, task in wanted, recovery, console, now)]
    recovery.put_back(left)
    console.print(_summary(len(tasks), len(left), bool(wanted)))
    raise SystemExit(1 if left else 0)


def _recovery() -> Recovery:
    services = operator_services()
    try:
        return Recovery(services, services.setting("DEAD_LETTER_QUEUE_URL"))
    except KeyError as missing:
        raise CliError(f"Set {missing.args[0]} to the environment's dead-letter queue.") from missing


def _treat(task: Task, finish: bool, recovery: Recovery, console: Console, now: datetime) -> bool:
    """Show the task, and finish it if that was asked; whether it is finished."""
    console.print(f"[bold]{escape(task.id)}[/]  {_where(task)}", highlight=False, soft_wrap=True)
    for line in recovery.explain(task, now):
        console.print(f"  {escape(line)}", highlight=False, soft_wrap=True)
    if not finish:
        return False
    failure = recovery.finish(task, now)
    console.print(
        f"  [red]failed: {escape(failure)}[/]" if failure else "  [green]finished[/]", highlight=False, soft_wrap=True
    )
    return failure is None


def _wanted(tasks: list[Task], ids: tuple[str, ...]) -> list[Task]:
    known = {task.id: task for task in tasks}
    if missing := [one for one in ids if one not in known]:
        raise CliError(f"There is nothing called {missing[0]!r} to recover; `countersign recover` lists what there is.")
    return [known[one] for one in ids]


def _where(task: Task) -> str:
    places = [f"{len(task.handles)} in the dead-letter queue"] if task.handles else []
    return ", ".join([*places, f"due since {task.due_at[:19]}Z"] if task.due_at else places)


def _summary(found: int, left: int, tried: bool) -> str:
    if not found:
        return "nothing is left to be done"
    if not left:
        return f"{found} finished"
    return f"{left} of {found} are left" + ("" if tried else "; finish them by ID, or all with --all")
