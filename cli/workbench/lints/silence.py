"""`silence:`: lints that a policy wants to hear nothing of, each with a reason and a last day."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from chalicelib.errors import PolicyProblem
from chalicelib.policy.problems import nearest
from chalicelib.policy.tree import Node, entries, items, text_of
from cli.workbench.diagnostics import Diagnostic, Level

UNUSED = "unused-silence"


@dataclass(frozen=True, slots=True)
class Silence:
    """One entry. `flow` empty: everywhere."""

    lint: str
    flow: str
    until: date
    node: Node

    def covers(self, diagnostic: Diagnostic) -> bool:
        in_flow = not self.flow or diagnostic.problem.path.startswith(f"flows.{self.flow}.")
        return diagnostic.lint == self.lint and in_flow


def silenced(root: Node, found: Iterable[Diagnostic], lints: Iterable[str], today: date) -> Iterator[Diagnostic]:
    """What is left of the lints' findings, and what is wrong with the silences themselves.

    A silence that has expired, or that names nothing, silences nothing.
    """
    names = tuple(lints)
    silences: list[Silence] = []
    for node in items(entries(root).get("silence")):
        problem = _problem(node, names, today)
        if problem is None:
            silences.append(_silence(node))
        else:
            yield Diagnostic(problem)
    heard = list(found)
    for silence in silences:
        own = silence.node.place.file == root.place.file  # an inherited one may be for another tenant
        if own and not any(silence.covers(each) for each in heard):
            message = f"{silence.lint} finds nothing here any more"
            yield Diagnostic(silence.node.place.problem(message, "no silence"), Level.WARNING, UNUSED)
    yield from (each for each in heard if not any(silence.covers(each) for silence in silences))


def _silence(node: Node) -> Silence:
    keys = entries(node)
    until = date.fromisoformat(text_of(keys["until"]) or "")
    return Silence(text_of(keys["lint"]) or "", text_of(keys.get("flow")) or "", until, node)


def _problem(node: Node, names: tuple[str, ...], today: date) -> PolicyProblem | None:
    lint, until = entries(node)["lint"], entries(node)["until"]
    name, day = text_of(lint) or "", text_of(until) or ""
    if name not in names:
        expected = "a name that `countersign policy validate --list-lints` shows"
        return lint.place.problem(f"there is no lint {name!r}", expected, nearest(name, names))
    try:
        last = date.fromisoformat(day)
    except ValueError:
        return until.place.problem(f"{day} is no date", "a date like 2026-12-31")
    if last < today:
        message = f"silencing {name} has expired on {day}"
        return until.place.problem(message, "the policy to be changed, or the reason looked at again and a later day")
    return None
