"""Results on a terminal."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Group as Stack
from rich.console import RenderableType
from rich.text import Text

from cli.replay.results import UNKNOWN_WHY, FlowResult, Group, has_another_reason, is_uncertain
from cli.workbench.output import plain_table

_COLOURS = {"approved": "green", "denied": "red", "review": "yellow"}


def summary(results: Iterable[FlowResult]) -> RenderableType:
    return Stack(*(part for result in results for part in _flow(result)))


def _flow(result: FlowResult) -> Iterable[RenderableType]:
    days = sorted(result.by_day)
    when = f" from {days[0]} to {days[-1]}" if days else ""
    yield Text.assemble((result.flow, "bold"), f": {result.decisions:,} decisions{when}")
    if not result.decisions:
        return
    flips, unknown = result.flips(), result.unknown()
    counts = (
        ("flip", sum(group.decisions for group in flips)),
        ("cannot be told", unknown.total()),
        ("same, for another reason", result.count(has_another_reason)),
    )
    yield plain_table((), [(f"  {what}", f"{count:>9,}", _share(count, result)) for what, count in counts])
    if flips:
        header = ("  from", "to", "decisions", "was", "would be", "for example")
        yield plain_table(header, map(_row, flips))
    if unknown:
        rows = [(f"  {unknown_told(why)}", f"{count:>9,}") for why, count in unknown.most_common()]
        yield plain_table(("  cannot be told because", "decisions"), rows)
    yield Text()


def _row(group: Group) -> tuple[str | Text, ...]:
    was, now = Text(f"  {group.was}", _COLOURS.get(group.was, "")), Text(group.now, _COLOURS.get(group.now, ""))
    reasons = group.was_reason or "", reason_told(group.now_reason)
    return was, now, f"{group.decisions:>9,}", *reasons, ", ".join(group.examples)


def reason_told(reason: str | None) -> str:
    """A reason in words: one that an unknown step might have given is not claimed."""
    return f"some reason; unknown is {reason}" if is_uncertain(reason) else reason or ""


def unknown_told(reason: str) -> str:
    step, _, why = reason.partition(": ")
    return f"{step}: {UNKNOWN_WHY.get(why, why)}"


def _share(count: int, result: FlowResult) -> str:
    return f"{100 * count / result.decisions:6.2f} %"
