"""A lint about steps that can never decide anything."""

from __future__ import annotations

from collections.abc import Iterator

from chalicelib.errors import PolicyProblem
from chalicelib.model.plugins import Check, Number, Parameter, Stricter
from chalicelib.model.policy import AnyOf, Consequence, Step
from cli.workbench.lints.subject import Subject, checks_of, steps_of


def decides_nothing(subject: Subject) -> Iterator[PolicyProblem]:
    """A check whose limits refuse nothing, and one that has passed already wherever it is reached."""
    checks = subject.plugins.checks
    for flow, node in subject.flows():
        for step, place in checks_of(flow, node):
            if _refuses_nothing(step, checks[step.check]):
                yield place.place.problem(f"the limits of {step.id!r} are so wide that they refuse nothing", "a limit")
        passed: list[Step] = []  # by whoever comes so far
        for one, place in steps_of(flow, node):
            branches = one.branches if isinstance(one, AnyOf) else (one,)
            sure = next((p for p in passed for b in branches if _follows(b, p, checks[b.check])), None)
            if sure:
                message = f"{one.id!r} always passes: whoever comes so far has passed {sure.id!r}"
                yield place.place.problem(message, "a limit stricter than there, or no second step")
            if isinstance(one, Step) and not one.defer and one.on_fail is one.on_inconclusive is Consequence.DENY:
                passed.append(one)
    yield from _dead_branches(subject)


def _dead_branches(subject: Subject) -> Iterator[PolicyProblem]:
    """A branch that asks for the same as an earlier one, or for more, passes only when that has passed."""
    for flow, node in subject.flows():
        places = {step.id: place for step, place in checks_of(flow, node)}
        for step in flow.steps:
            branches = step.branches if isinstance(step, AnyOf) else ()
            for index, branch in enumerate(branches):
                check = subject.plugins.checks[branch.check]
                easier = next((each for each in branches[:index] if _follows(each, branch, check)), None)
                if easier:
                    message = f"the branch {branch.id!r} can only pass where {easier.id!r} has passed already"
                    yield places[branch.id].place.problem(message, "a looser limit than there, or no second branch")


def _refuses_nothing(step: Step, check: Check) -> bool:
    """Whether each of its limits is a number at the loosest end of its range."""
    limits = [(parameter, getattr(step.parameters, parameter.name)) for parameter in check.parameters]
    return bool(limits) and all(_is_loosest(parameter, value) for parameter, value in limits)


def _is_loosest(parameter: Parameter, value: object) -> bool:
    kind = parameter.kind
    if not isinstance(kind, Number):
        return False
    return (kind.stricter, value) in ((Stricter.LESS, kind.maximum), (Stricter.MORE, kind.minimum))


def _follows(step: Step, other: Step, check: Check) -> bool:
    """Whether `step` passes wherever `other` does: the same check, with no limit that is stricter."""
    if step.check != other.check:
        return False
    return all(
        _is_as_loose(parameter, getattr(step.parameters, parameter.name), getattr(other.parameters, parameter.name))
        for parameter in check.parameters
    )


def _is_as_loose(parameter: Parameter, value: object, other: object) -> bool:
    if value == other:
        return True
    stricter = parameter.kind.stricter
    if stricter not in (Stricter.MORE, Stricter.LESS):
        return False
    less, more = (value, other) if stricter is Stricter.MORE else (other, value)
    if isinstance(less, tuple) and isinstance(more, tuple):
        return set(less) <= set(more)
    return isinstance(less, int | float) and isinstance(more, int | float) and less <= more
