"""A flow explained on a terminal: its plan as a tree, its paths with calls, price and time, and the quotas it needs."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby

from rich.console import RenderableType
from rich.text import Text
from rich.tree import Tree

from chalicelib.engine.plan import Plan
from chalicelib.model.policy import AnyOf, Execution, FaceStorage, Policy, Step
from cli.workbench.explaining.calls import calls_of, paths
from cli.workbench.explaining.tables import Tables
from cli.workbench.explaining.timing import p50_ms
from cli.workbench.output import plain_table

_SHORT = ("rekognition", "textract")  # what costs; the other calls are summed up


@dataclass(frozen=True, slots=True)
class Row:
    """A path in one mode of execution."""

    title: str
    calls: Counter[str]
    dollars: float | None
    p50_ms: float


Line = tuple[Row, ...]  # one path in every mode


def plan_tree(plan: Plan) -> Tree:
    """Which signals are read, what rests on what, and which step looks at which."""
    tree = Tree(Text(plan.flow.name, style="bold"))
    signals = tree.add(Text("signals (each read once)", style="dim"))
    for name, signal in plan.signals.items():
        after = ", ".join(plan.rests_on[name])
        calls = f"  {', '.join(signal.calls)}" if signal.calls else ""
        signals.add(Text.assemble(name, (calls, "cyan"), (f"  after {after}" if after else "", "dim")))
    steps = tree.add(Text("steps (the first that denies ends it)", style="dim"))
    for step in plan.flow.steps:
        branch = steps.add(_step(step, plan))
        for each in step.branches if isinstance(step, AnyOf) else ():
            branch.add(_step(each, plan))
    if plan.deferred:
        tree.add(Text.assemble(("judged after the answer  ", "dim"), ", ".join(plan.deferred)))
    tree.add(Text.assemble(("effects (after an approval)  ", "dim"), ", ".join(plan.flow.effects) or "none"))
    return tree


def path_rows(plan: Plan, faces: FaceStorage, execution: Execution, tables: Tables) -> list[Row]:
    """`plan` is the one for this mode of execution."""
    rows = []
    for path in paths(plan, execution):
        calls = calls_of(path, plan, faces)
        rows.append(Row(path.title, calls, tables.price(calls), p50_ms(path, plan, execution, tables.latency_ms)))
    return rows


def path_table(plans: Mapping[Execution, Plan], faces: FaceStorage, tables: Tables) -> RenderableType:
    """The modes side by side; denials that make the same calls in the same time are one line."""
    lines = zip(*(path_rows(plan, faces, mode, tables) for mode, plan in plans.items()), strict=True)
    header = ["path"]
    for mode in plans:
        header += [f"{mode}: calls", "price", "p50"]
    return plain_table(header, (_cells(title, line) for title, line in _grouped(list(lines))))


def quota_table(plan: Plan, policy: Policy, tables: Tables, load: float) -> RenderableType:
    """What `load` decisions in a second need of each call that has a quota, at most, and up to which load it lasts."""
    most: Counter[str] = Counter()
    for row in path_rows(plan, policy.faces, policy.execution, tables):
        most |= row.calls
    return plain_table(("call", "needed a second", "quota", "lasts up to"), _quota_rows(most, tables, load))


def _quota_rows(most: Counter[str], tables: Tables, load: float) -> Iterator[tuple[str | Text, ...]]:
    for name, count in sorted(most.items()):
        if name.partition(":")[0] not in _SHORT:
            continue
        quota = tables.calls_per_second.get(name)
        if quota is None:
            yield name, f"{count * load:g}", "not in the table", ""
            continue
        enough = count * load <= quota
        verdict = f"{quota / count:g} decisions a second" if enough else f"ask AWS for {math.ceil(count * load)}"
        yield name, f"{count * load:g}", f"{quota:g}", Text(verdict, style="green" if enough else "bold red")


def _grouped(lines: list[Line]) -> Iterator[tuple[str, Line]]:
    """Neighbours with the same calls and times, under one title."""
    for _, group in groupby(lines, key=lambda line: [(row.calls, row.p50_ms) for row in line]):
        alike = list(group)
        first, last = alike[0][0].title, alike[-1][0].title
        yield (first if first == last else f"{first} ... {last.removeprefix('denied at ')}"), alike[0]


def _cells(title: str, line: Line) -> list[str]:
    cells = [title]
    for row in line:
        price = "?" if row.dollars is None else f"${row.dollars:.5f}"
        cells += [_calls(row.calls), price, f"{row.p50_ms:,.0f} ms"]
    return cells


def _calls(calls: Counter[str]) -> str:
    parts = [(name.partition(":"), count) for name, count in sorted(calls.items())]
    shown = [f"{count}x {call}" if count > 1 else call for (service, _, call), count in parts if service in _SHORT]
    others = sum(count for (service, _, _), count in parts if service not in _SHORT)
    return ", ".join([*shown, f"{others} small"])


def _step(step: Step | AnyOf, plan: Plan) -> Text:
    consequence = f"fail: {step.on_fail}, inconclusive: {step.on_inconclusive}"
    if isinstance(step, AnyOf):
        return Text.assemble(step.id, ("  any of", "cyan"), (f"  {consequence}", "dim"))
    needs = ", ".join(plan.plugins.checks[step.check].needs)
    return Text.assemble(step.id, (f"  {needs}", "cyan"), (f"  {consequence}", "dim"))
