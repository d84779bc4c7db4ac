"""The changes from one flow's steps to another's. Steps and branches are the same when their ids are."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence

from chalicelib.model.plugins import Number, Parameter, Plugins
from chalicelib.model.policy import AnyOf, Consequence, Step
from cli.workbench.diffing.bearings import Bearing, bearing, shown

Words = tuple[str, Bearing]

_MILDER = (Consequence.DENY, Consequence.REVIEW, Consequence.WARN)
_COMPARED = frozenset({"id", "check", "parameters", "branches", "on_fail", "on_inconclusive", "defer"})


def step_changes(old: Sequence[Step | AnyOf], new: Sequence[Step | AnyOf], plugins: Plugins) -> Iterator[Words]:
    before, after = {step.id: step for step in old}, {step.id: step for step in new}
    for name, step in before.items():
        if name not in after:
            yield f"no longer asked: {_named(step)}", Bearing.LOOSER
    for name, step in after.items():
        if name not in before:
            yield f"asked too: {_named(step)}", Bearing.STRICTER
        else:
            yield from _one_step(before[name], step, plugins)
    if _order(before, after) != _order(after, before):
        yield "the steps stand in another order, so the reason given may be another", Bearing.NEITHER


def _one_step(old: Step | AnyOf, new: Step | AnyOf, plugins: Plugins) -> Iterator[Words]:
    if isinstance(old, Step) and isinstance(new, Step):
        yield from _one_check(old, new, plugins)
    elif isinstance(old, AnyOf) and isinstance(new, AnyOf):
        yield from _branches(old, new, plugins)
    else:
        yield f"{_named(old)} becomes {_named(new)}", Bearing.UNCLEAR
    for key in ("on_fail", "on_inconclusive"):
        before, after = getattr(old, key), getattr(new, key)
        if before is not after:
            milder = _MILDER.index(after) > _MILDER.index(before)
            yield f"{old.id}: {key} {before} -> {after}", Bearing.LOOSER if milder else Bearing.STRICTER
    yield from _deferral(old, new)
    yield from _other_keys(old, new)


def _one_check(old: Step, new: Step, plugins: Plugins) -> Iterator[Words]:
    if old.check != new.check:
        yield f"{old.id}: the check {old.check} -> {new.check}", Bearing.UNCLEAR
        return
    check = plugins.checks[new.check]
    for parameter in check.parameters:
        before, after = getattr(old.parameters, parameter.name), getattr(new.parameters, parameter.name)
        if before != after:
            words = f"{old.id}: {parameter.name} {shown(before)} -> {shown(after)}{_unit(parameter)}"
            yield words, bearing(before, after, parameter.kind.stricter)


def _branches(old: AnyOf, new: AnyOf, plugins: Plugins) -> Iterator[Words]:
    before, after = {each.id: each for each in old.branches}, {each.id: each for each in new.branches}
    for name, branch in before.items():
        if name not in after:
            yield f"{old.id}: no longer enough: {_named(branch)}", Bearing.STRICTER
    for name, branch in after.items():
        if name not in before:
            yield f"{old.id}: enough too: {_named(branch)}", Bearing.LOOSER
        else:
            yield from _one_check(before[name], branch, plugins)
            yield from _other_keys(before[name], branch)


def _deferral(old: Step | AnyOf, new: Step | AnyOf) -> Iterator[Words]:
    """Until a deferred step has been judged, whom it would deny is approved."""
    if new.defer and not old.defer:
        yield f"{old.id}: judged only after the answer", Bearing.LOOSER
    elif old.defer and not new.defer:
        yield f"{old.id}: judged before the answer", Bearing.STRICTER


def _other_keys(old: Step | AnyOf, new: Step | AnyOf) -> Iterator[Words]:
    """Keys whose bearing nobody has told of here: could be either way."""
    if type(old) is not type(new):
        return
    for part in dataclasses.fields(old):
        before, after = getattr(old, part.name), getattr(new, part.name)
        if part.name not in _COMPARED and before != after:
            yield f"{old.id}: {part.name} {shown(before)} -> {shown(after)}", Bearing.UNCLEAR


def _order(steps: dict[str, Step | AnyOf], others: dict[str, Step | AnyOf]) -> list[str]:
    return [name for name in steps if name in others]


def _named(step: Step | AnyOf) -> str:
    deferred = ", after the answer" if step.defer else ""
    if isinstance(step, AnyOf):
        return f"{step.id} (any of {', '.join(branch.id for branch in step.branches)}){deferred}"
    return f"{step.id}{deferred}" if step.id == step.check else f"{step.id} ({step.check}){deferred}"


def _unit(parameter: Parameter) -> str:
    return f" {parameter.kind.unit}" if isinstance(parameter.kind, Number) and parameter.kind.unit else ""
