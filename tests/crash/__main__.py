"""`python -m tests.crash`: the whole crash matrix, as a table. Exit code 1 when an invariant was violated."""

from __future__ import annotations

import argparse
import logging
import sys
import tempfile
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

from chalicelib.policy.load import load_policy
from chalicelib.wiring import Services
from tests.crash.matrix import Row, play
from tests.crash.scene import scenes_of
from tests.crash.stage import on_stage
from tests.own_environment import SHIPPED, own_environment
from tests.running_sandbox import running_sandbox

_SHOWN = 10


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--policy", choices=SHIPPED, action="append", help="only this policy; repeatable")
    parser.add_argument("--flow", action="append", help="only this flow; repeatable")
    parser.add_argument("--calls", action="store_true", help="show which calls each flow makes")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="only each Nth place (1)")
    arguments = parser.parse_args()
    logging.disable()  # what goes wrong on purpose is not worth a line each
    console, started_s = Console(), time.monotonic()
    tenants = arguments.policy or sorted(SHIPPED)
    with tempfile.TemporaryDirectory() as home, running_sandbox(Path(home), "--scripted") as sandbox:
        rows = []
        for tenant in tenants:
            for scene in scenes_of(load_policy(tenant, SHIPPED.get, Services({}).plugins), Services({})):
                if not arguments.flow or scene.flow in arguments.flow:
                    console.print(f"{scene.tenant} {scene.flow} ...", style="dim")
                    with on_stage(own_environment(sandbox, {tenant: SHIPPED[tenant]}), [tenant]) as stage:
                        rows.append(play(scene, stage, every=arguments.every))
    if arguments.calls:
        for row in rows:
            console.print(f"{row.scene.tenant} {row.scene.flow}: {', '.join(row.calls)}", highlight=False)
    _show(rows, console, time.monotonic() - started_s)
    sys.exit(any(row.violations for row in rows))


def _show(rows: list[Row], console: Console, took_s: float) -> None:
    table = Table("policy", "flow", "calls", "cases", "violations")
    for row in rows:
        table.add_row(row.scene.tenant, row.scene.flow, *map(str, (len(row.calls), row.cases, len(row.violations))))
    console.print(table)
    for row in rows:
        for violation in row.violations[:_SHOWN]:
            console.print(f"{row.scene.tenant} {row.scene.flow}: {violation}", style="red", markup=False)
        if len(row.violations) > _SHOWN:
            console.print(f"... and {len(row.violations) - _SHOWN} more of {row.scene.tenant} {row.scene.flow}")
    cases, violations = sum(row.cases for row in rows), sum(len(row.violations) for row in rows)
    console.print(f"{cases:,} cases, {violations} violations, {took_s:.0f} s")


if __name__ == "__main__":
    main()
