"""Lints about what a policy leaves unsaid: a default nobody chose is a decision nobody made."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from chalicelib.errors import PolicyProblem
from chalicelib.policy.tree import entries
from cli.workbench.lints.subject import Subject


def missing(key: str, example: str) -> Callable[[Subject], Iterator[PolicyProblem]]:
    """A lint that asks for a key, here or in what the policy extends."""

    def find(subject: Subject) -> Iterator[PolicyProblem]:
        if key not in entries(subject.root):
            yield subject.root.place.problem(f"the policy does not say {key!r}", example)

    return find
