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
    "consent_refused": ("bold yellow", "NO CONSENT"),
}
_OUTCOMES = {"pass": "green", "fail": "red", "inconclusive": "yellow"}


def decision_table(decision: Json) -> RenderableType:
    """`decision` is the tenant's view; or the answer to a submission, of which the policy may disclose little."""
    parts: list[RenderableType] = [_findings(decision)] if "findings" in decision else []
    parts += _verdict(decision)
    if decision.get("extracted"):
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
            _number(finding.get("observed")),
            _number(finding.get("limit")),
            f"{finding['duration_ms']:,.0f}" if "duration_ms" in finding else "",
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
    took = f" in {decision['duration_ms']:,.0f} ms" if "duration_ms" in decision else ""
    yield Text.assemble((word, style), f"  {decision['flow']} of {decision['user_id']}{took}")
    for reason in decision.get("reasons", ()):
        yield Text(f"  {reason['step']}: {reason['message']}", style=style.removeprefix("bold "))
    if decision.get("alternative_path"):
        yield Text("  Nothing was looked at. Offer this person the way without biometrics.", style="yellow")
    policy = f", policy {decision['policy_digest'][:12]}" if "policy_digest" in decision else ""
    yield Text(f"  verification {decision['id']}{policy}", style="dim")


def _extracted(fields: dict[str, str]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1))
    table.add_column("read from the card")
    table.add_column("")
    for name, value in sorted(fields.items()):
        table.add_row(escape(name), escape(str(value)))
    return table
