"""Diagnostics as text with the line quoted, as JSON, and as GitHub's annotations."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from rich.text import Text

from chalicelib.errors import PolicyProblem
from cli.workbench.diagnostics import Diagnostic, Level

Report = Callable[[list[Diagnostic]], Iterator[Text]]

_STYLES = {Level.ERROR: "bold red", Level.WARNING: "bold yellow"}
_WORD = re.compile(r"'[^']*'|\"[^\"]*\"|[\w.-]+")


def as_text(diagnostics: list[Diagnostic]) -> Iterator[Text]:
    """`file:line:column  path  level: what  expected  did you mean  [lint]`, then the line and a caret."""
    for each in diagnostics:
        problem = each.problem
        yield Text.assemble(
            (f"{problem.file}:{problem.line}:{problem.column}", "bold"),
            f"  {problem.path or '(top)'}  ",
            (each.level.value, _STYLES[each.level]),
            f": {_words(problem)}",
            (f"  [{each.lint}]" if each.lint else "", "dim"),
        )
        yield from _quoted(problem)


def as_json(diagnostics: list[Diagnostic]) -> Iterator[Text]:
    """One array; each diagnostic with the fields of a problem, `level` and `lint`."""
    values = [
        {**dataclasses.asdict(each.problem), "level": each.level.value, "lint": each.lint} for each in diagnostics
    ]
    yield Text(json.dumps(values, indent=2))


def as_github(diagnostics: list[Diagnostic]) -> Iterator[Text]:
    """Workflow commands: https://docs.github.com/actions/reference/workflow-commands-for-github-actions"""
    for each in diagnostics:
        problem = each.problem
        title = each.lint or "policy"
        place = f"file={_escaped(problem.file, ':,')},line={problem.line},col={problem.column}"
        message = _escaped(f"{problem.path}: {_words(problem)}" if problem.path else _words(problem))
        yield Text(f"::{each.level.value} {place},title={_escaped(title, ':,')}::{message}")


REPORTS: Mapping[str, Report] = {"text": as_text, "json": as_json, "github": as_github}


def _words(problem: PolicyProblem) -> str:
    parts = [problem.message]
    if problem.expected:
        parts.append(f"expected {problem.expected}")
    if problem.did_you_mean:
        parts.append(f"did you mean {problem.did_you_mean!r}?")
    return "; ".join(parts)


def _quoted(problem: PolicyProblem) -> Iterable[Text]:
    try:
        line = Path(problem.file).read_text(encoding="utf-8").splitlines()[problem.line - 1]
    except (OSError, UnicodeDecodeError, IndexError):  # no such file is itself what a problem may tell
        return ()
    word = _WORD.match(line, problem.column - 1)
    mark = " " * (problem.column - 1) + "^" * (len(word[0]) if word else 1)
    return Text(f"{problem.line:5} | {line}", style="dim"), Text(f"      | {mark}", style="red")


def _escaped(text: str, more: str = "") -> str:
    for character in f"%\r\n{more}":
        text = text.replace(character, f"%{ord(character):02X}")
    return text
