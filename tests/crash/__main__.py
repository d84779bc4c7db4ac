"""`python -m tests.crash`: the whole crash matrix, of the shipped policies and of those in `tests.crash.policies`.

Exit code 1 when an invariant was violated.
"""

from __future__ import annotations

import argparse
import os
import sys
import time

from rich.console import Console
from rich.progress import Progress, TaskID
from rich.table import Table

from tests.crash.matrix import Row, Share
from tests.crash.policies import PLAYED
from tests.crash.progress import bars
from tests.crash.scene import Scene, scenes_of
from tests.crash.side_by_side import Step, rows

_SHOWN = 10


def main() -> None:
    arguments = _arguments()
    console, started_s = Console(), time.monotonic()
    scenes = [scene for policy in arguments.policy or PLAYED for scene in scenes_of(policy, PLAYED[policy])]
    wanted = [scene for scene in scenes if not arguments.flow or scene.flow in arguments.flow]
    share = Share(arguments.every, arguments.recoveries)
    played = []
    with bars(console) as progress:
        shown = _Bars(progress)
        for row in rows(wanted, share, arguments.jobs, shown.show):
            shown.remove(row.scene)
            _tell(row, console, time.monotonic() - started_s)
            if arguments.calls:
                console.print(f"  {', '.join(row.calls)}", highlight=False)
            played.append(row)
    _show(sorted(played, key=lambda row: wanted.index(row.scene)), console, time.monotonic() - started_s)
    sys.exit(any(row.violations for row in played))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.crash", description=__doc__)
    parser.add_argument("--policy", choices=PLAYED, action="append", help="only this policy; repeatable")
    parser.add_argument("--flow", action="append", help="only this flow; repeatable")
    parser.add_argument("--calls", action="store_true", help="show which calls each flow makes")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="only each Nth place (1)")
    parser.add_argument(
        "--recoveries",
        type=int,
        default=1,
        metavar="N",
        help="with recovery killed as well, only each Nth of the places at which that is done (1)",
    )
    parser.add_argument(
        "--jobs",
        type=int,
        default=os.cpu_count(),
        metavar="N",
        help="so many flows side by side (one for each processor)",
    )
    return parser.parse_args()


class _Bars:
    """A bar for each flow under way; a terminal shows them."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._bars: dict[str, TaskID] = {}

    def show(self, step: Step) -> None:
        name = str(step.scene)
        if name not in self._bars:
            self._bars[name] = self._progress.add_task(name)
        description = f"{name}: {step.part}"
        self._progress.update(self._bars[name], description=description, completed=step.done, total=step.total)

    def remove(self, scene: Scene) -> None:
        if bar := self._bars.pop(str(scene), None):
            self._progress.remove_task(bar)


def _tell(row: Row, console: Console, took_s: float) -> None:
    """A line about a row that was just played, and what violated the invariants."""
    counts = f"{len(row.calls)} calls, {row.cases:,} cases, {len(row.violations)} violations"
    console.print(f"{row.scene}: {counts} ({took_s:,.0f} s)", highlight=False)
    for violation in row.violations[:_SHOWN]:
        console.print(f"  {violation}", style="red", markup=False)
    if len(row.violations) > _SHOWN:
        console.print(f"  ... and {len(row.violations) - _SHOWN:,} more")


def _show(rows: list[Row], console: Console, took_s: float) -> None:
    table = Table("policy", "flow", "ends", "calls", "cases", "violations")
    for row in rows:
        numbers = len(row.calls), row.cases, len(row.violations)
        table.add_row(row.scene.tenant, row.scene.name, row.scene.ending.value, *(f"{number:,}" for number in numbers))
    console.print(table)
    cases, violations = sum(row.cases for row in rows), sum(len(row.violations) for row in rows)
    console.print(f"{cases:,} cases, {violations} violations, {took_s:,.0f} s")


if __name__ == "__main__":
    main()
