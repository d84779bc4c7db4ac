"""What came of a finding, and how it is told."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import asdict, dataclass
from enum import StrEnum

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from cli.doctor.diagnose import MEANINGS, Finding, Kind

_SHOWN_OF_A_KIND = 20


class Outcome(StrEnum):
    FOUND = "found"  # nothing was tried
    REPAIRED = "repaired"
    LEFT = "left"  # not touched on purpose
    FAILED = "failed"  # worth another run


@dataclass(frozen=True, slots=True)
class Result:
    """`note` says what was done, or why nothing was."""

    finding: Finding
    outcome: Outcome
    note: str


class Tally:
    """Counts all results and remembers the first of each kind, however many there are."""

    def __init__(self) -> None:
        self._outcomes: Counter[Outcome] = Counter()
        self._kinds: Counter[Kind] = Counter()
        self._shown: defaultdict[Kind, list[Result]] = defaultdict(list)

    def add(self, result: Result) -> None:
        self._outcomes[result.outcome] += 1
        self._kinds[result.finding.kind] += 1
        shown = self._shown[result.finding.kind]
        if len(shown) < _SHOWN_OF_A_KIND:
            shown.append(result)

    @property
    def is_healthy(self) -> bool:
        """Nothing was found, or all that was found is repaired."""
        return self._outcomes.total() == self._outcomes[Outcome.REPAIRED]

    def as_json(self, tenant: str) -> str:
        counts = {"findings": self._kinds, "outcomes": self._outcomes}
        return json.dumps({"tenant": tenant, "healthy": self.is_healthy, **counts})

    def show(self, console: Console, tenant: str) -> None:
        for kind in Kind:
            if self._kinds[kind]:
                console.print(f"\n[bold]{kind.value}[/] ({self._kinds[kind]:,}): {MEANINGS[kind]}", highlight=False)
                console.print(self._table(kind))
        verdict = "[green]healthy[/]" if self.is_healthy else "[red]not healthy[/]"
        counts = ", ".join(f"{count:,} {outcome.value}" for outcome, count in sorted(self._outcomes.items()))
        console.print(f"\n{tenant}: {verdict}. {counts or 'Nothing was found.'}", highlight=False)

    def _table(self, kind: Kind) -> Table:
        table = Table("user", "what", "outcome", box=None, pad_edge=True)
        for result in self._shown[kind]:
            finding = result.finding
            what = f"{finding.subject} in {finding.place}" if finding.place else finding.subject
            table.add_row(finding.user_key[:12], escape(what), f"{result.outcome.value}: {escape(result.note)}")
        if (more := self._kinds[kind] - len(self._shown[kind])) > 0:
            table.add_row("...", f"{more:,} more; --json lists all", "")
        return table


def json_line(result: Result) -> str:
    return json.dumps({**asdict(result.finding), "outcome": result.outcome.value, "note": result.note})


Tell = Callable[[Result], None]
