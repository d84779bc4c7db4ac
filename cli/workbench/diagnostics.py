"""What the workbench has to say about a file: errors, and lints' warnings, each with its place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from chalicelib.errors import PolicyProblem


class Level(StrEnum):
    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, order=True)
class Diagnostic:
    """`lint` names the lint whose finding it is; empty for what makes a policy invalid.

    `problem.file` is the path as the user would write it.
    """

    problem: PolicyProblem
    level: Level = Level.ERROR
    lint: str = ""


def counted(diagnostics: Iterable[Diagnostic]) -> str:
    """Like "2 errors, 1 warning"; empty when there are none."""
    counts = Counter(each.level for each in diagnostics)
    return ", ".join(plural(counts[level], level.value) for level in Level if counts[level])


def plural(count: int, noun: str) -> str:
    if count != 1:
        noun = f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"
    return f"{count} {noun}"
