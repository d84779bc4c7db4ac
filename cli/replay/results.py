"""What a policy would have decided of the log's decisions, counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import duckdb

from cli.replay.check_sql import UNKNOWN
from cli.replay.query import flips, flips_by_day
from cli.replay.scores import Distribution

UNKNOWN_WHY = {
    "not_read": "the log has no such signal: an earlier step had settled it, or no step asked",
    "not_recorded": "the log does not keep what this check looks at",
    "other_picture": "with liveness the selfie is another picture than without",
    "not_searched_that_low": "the search did not go as low as this threshold",
    "not_in_columns": "a check of an installed package, which has no form in SQL",
}

Verdicts = tuple[str, str]  # was, now


@dataclass(frozen=True, slots=True)
class Group:
    """Decisions that went the same way for the same reasons ("step: code" of the first; None: approved)."""

    was: str
    was_reason: str | None
    now: str
    now_reason: str | None
    decisions: int
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FlowResult:
    """One flow's decisions, in groups, the largest first, and by day (like 2026-11-30) and verdicts."""

    flow: str
    groups: tuple[Group, ...]
    by_day: Mapping[str, Mapping[Verdicts, int]]
    distributions: tuple[Distribution, ...] = ()

    @property
    def decisions(self) -> int:
        return sum(group.decisions for group in self.groups)

    def count(self, fits: Callable[[Group], bool]) -> int:
        return sum(group.decisions for group in self.groups if fits(group))

    def flips(self) -> tuple[Group, ...]:
        """Those whose decision is another one, and known."""
        return tuple(group for group in self.groups if is_flip(group))

    def unknown(self) -> Counter[str]:
        """How many cannot be told, by "step: why"."""
        counted: Counter[str] = Counter()
        for group in self.groups:
            if is_unknown(group):
                counted[group.now_reason or ""] += group.decisions
        return counted

    def verdicts(self) -> Counter[Verdicts]:
        counted: Counter[Verdicts] = Counter()
        for group in self.groups:
            counted[group.was, group.now] += group.decisions
        return counted


def is_flip(group: Group) -> bool:
    return group.now not in (group.was, UNKNOWN)


def is_unknown(group: Group) -> bool:
    return group.now == UNKNOWN


def is_uncertain(reason: str | None) -> bool:
    """Whether it names a step that is unknown: the denial is certain, what would be told as its reason is not."""
    return (reason or "").partition(": ")[2] in UNKNOWN_WHY


def has_another_reason(group: Group) -> bool:
    return group.now == group.was and group.now_reason != group.was_reason


def flow_result(
    connection: duckdb.DuckDBPyConnection, flow: str, decided: str, scores: Iterable[Distribution] = ()
) -> FlowResult:
    """`decided` is a WITH clause of `query`."""
    groups = tuple(
        Group(was, was_reason, now, now_reason, decisions, tuple(examples))
        for was, was_reason, now, now_reason, decisions, examples in connection.execute(flips(decided)).fetchall()
    )
    by_day: dict[str, dict[Verdicts, int]] = {}
    for day, was, now, decisions in connection.execute(flips_by_day(decided)).fetchall():
        by_day.setdefault(day, {})[was, now] = decisions
    return FlowResult(flow, groups, by_day, tuple(scores))
