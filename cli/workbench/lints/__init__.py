"""The lints: what is allowed and yet probably wrong. To add one: write its `find` and name it in `LINTS`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from cli.workbench.diagnostics import Diagnostic, Level
from cli.workbench.lints import deciding, flows
from cli.workbench.lints.settings import missing
from cli.workbench.lints.silence import silenced
from cli.workbench.lints.subject import Lint, Subject

LINTS = (
    Lint(
        "no-duplicate-check",
        Level.ERROR,
        "A flow stores a face without asking whether it is another user's: one person, many accounts.",
        flows.no_duplicate_check,
    ),
    Lint(
        "authentication-below-99",
        Level.ERROR,
        "A face is taken for the user's below 99, where AWS advises 99 or more: strangers get in.",
        flows.authentication_below_99,
    ),
    Lint(
        "nobody-recognised",
        Level.ERROR,
        "A registered user is let in, or given another face, without a match to the stored ones: strangers get in.",
        flows.nobody_recognised,
    ),
    Lint(
        "deferred-not-undoable",
        Level.ERROR,
        "A step is judged after the answer, and the flow does what cannot be undone if it fails.",
        flows.not_undoable,
    ),
    Lint(
        "unknown-signal",
        Level.ERROR,
        "A check looks at something that nothing here can read: the flow could never run.",
        flows.unknown_signal,
    ),
    Lint(
        "unexpected-input",
        Level.WARNING,
        "A check needs what requests to this flow do not bring: everybody would be turned away.",
        flows.unexpected_input,
    ),
    Lint(
        "decides-nothing",
        Level.WARNING,
        "A step or branch can never change the decision: it looks like safety and is none.",
        deciding.decides_nothing,
    ),
    Lint(
        "any-of-one-branch",
        Level.WARNING,
        "Alternatives of which there is only one: a branch was lost, or the any_of is not needed.",
        flows.one_branch,
    ),
    Lint(
        "missing-consent",
        Level.WARNING,
        "Neither the policy nor what it extends says whether people must have consented.",
        missing("consent", "`consent: required` or `consent: optional`"),
    ),
    Lint(
        "missing-retention",
        Level.WARNING,
        "Neither the policy nor what it extends says how long pictures and decisions are kept.",
        missing("retention", "`retention: {images_days: ..., decisions_days: ...}`"),
    ),
    Lint(
        "missing-limits",
        Level.WARNING,
        "Neither the policy nor what it extends says after how many failures a user is locked out.",
        missing("limits", "`limits: {max_failures: ..., window_minutes: ..., lockout_minutes: ...}`"),
    ),
)


def lint(subject: Subject, today: date) -> Iterator[Diagnostic]:
    """What the lints find in a valid policy and its `silence:` lets through."""
    found = (Diagnostic(problem, each.level, each.name) for each in LINTS for problem in each.find(subject))
    yield from silenced(subject.root, found, (each.name for each in LINTS), today)
