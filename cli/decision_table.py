"""A decision as a table for people: what was checked, what was found, what was asked for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rich import box
from rich.console import Group, RenderableType
from rich.markup import escape
from rich.table import Table
from rich.text import Text

Json = dict[str, Any]

_VERDICTS = {
    "approved": ("bold green", "APPROVED"),
    "denied": ("bold red", "DENIED"),
    "review": ("bold yellow", "REVIEW"),
}
_OUTCOMES = {"pass": "green", "fail": "red", "inconclusive": "yellow"}


def decision_table(decision: Json) -> RenderableType:
    """`decision` is the API's answer."""
    parts: list[RenderableType] = [_findings(decision), *_verdict(decision)]
    if decision["extracted"]:
        parts.append(_extracted(decision["extracted"]))
    return Group(*parts)


def _findings(decision: Json) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1))
    table.add_column("check", no_wrap=True)
    table.add_column("finding")
    table.add_column("observed", justify="right")
    table.add_column("limit", justify="right")
    table.add_column("ms", justify="right", no_wrap=True)
    for cells in _rows(decision["findings"], indent=0):
        table.add_row(*cells)
    for step in decision["not_reached"]:
        table.add_row(escape(step), "not reached", "", "", "", style="dim")
    return table


def _rows(findings: list[Json], indent: int) -> Iterator[tuple[RenderableType, ...]]:
    for finding in findings:
        step, check = finding["step"], finding["check"]
        name = step if step == check else f"{step} ({check})"
        yield (
            Text("  " * indent + name),
            Text(_finding_text(finding), style=_OUTCOMES[finding["outcome"]]),
            _number(finding["observed"]),
            _number(finding["limit"]),
            f"{finding['duration_ms']:,.0f}",
        )
        yield from _rows(finding.get("branches", []), indent + 1)


def _finding_text(finding: Json) -> str:
    words = finding["outcome"] if finding["reason"] is None else f"{finding['outcome']}: {finding['reason']}"
    return f"{words} ({finding['consequence']})" if finding["consequence"] in ("warn", "review") else words


def _number(value: float | int | str | None) -> str:
    """As people write it: no more than two decimals, and only those that say something."""
    if value is None:
        return ""
    return f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else escape(str(value))


def _verdict(decision: Json) -> Iterator[Text]:
    style, word = _VERDICTS[decision["decision"]]
    yield Text.assemble(
        (word, style), f"  {decision['flow']} of {decision['user_id']} in {decision['duration_ms']:,.0f} ms"
    )
    for reason in decision["reasons"]:
        yield Text(f"  {reason['step']}: {reason['message']}", style=style.removeprefix("bold "))
    yield Text(f"  verification {decision['id']}, policy {decision['policy_digest'][:12]}", style="dim")


def _extracted(fields: dict[str, str]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1))
    table.add_column("read from the card")
    table.add_column("")
    for name, value in sorted(fields.items()):
        table.add_row(escape(name), escape(str(value)))
    return table
