"""What a schema cannot say about a policy once its inheritance is resolved.

What has the wrong form is passed over, since the schema reports it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise

from chalicelib.errors import PolicyProblem
from chalicelib.model.change import Phase
from chalicelib.model.plugins import Check, Plugins
from chalicelib.model.policy import Consequence, Retention
from chalicelib.policy.deferral import deferral_problems, is_deferred
from chalicelib.policy.inherit import step_id
from chalicelib.policy.problems import one_of
from chalicelib.policy.tree import Node, entries, items, text_of

_ORDER = tuple(Phase)


def rule_problems(policy: Node, plugins: Plugins) -> Iterator[PolicyProblem]:
    """Nothing is approved by default, ids are unique, and effects stand in an order that can be undone."""
    flows = entries(entries(policy).get("flows"))
    if not flows:
        yield policy.place.problem("the policy has no flows: nobody could be verified", "`flows`, or `extends`")
    yield from _retention_problems(entries(entries(policy).get("retention")))
    shadow = entries(policy).get("shadow")
    if shadow is not None and text_of(shadow) == policy.place.file.removesuffix(".yaml"):
        yield shadow.place.problem("a policy cannot be its own candidate", "the name of another policy")
    for flow in flows.values():
        steps, effects = entries(flow)["steps"], entries(flow)["effects"]
        yield from _consequence_problems(steps)
        yield from _id_problems(steps, policy.place.file, plugins)
        for step in _checks(steps):
            if (check := plugins.checks.get(text_of(entries(step).get("check")) or "")) is not None:
                yield from _range_problems(step, check)
        yield from _effect_problems(effects, plugins)
        yield from deferral_problems(steps, effects, plugins)


def _retention_problems(days: Mapping[str, Node]) -> Iterator[PolicyProblem]:
    """A picture shows the face that was to be forgotten: it must not outlive it."""
    given = {name: node.value for name, node in days.items() if isinstance(node.value, (int, float))}
    images, faces = (given.get(name, getattr(Retention(), name)) for name in ("images_days", "faces_days"))
    place = days.get("images_days") or days.get("faces_days")
    if place is not None and images > faces:
        message = f"images_days is {images:g} and faces_days is {faces:g}: the pictures would outlive the faces"
        yield place.place.problem(message, "images_days <= faces_days")


def _checks(steps: Node) -> Iterator[Node]:
    """All steps, alternatives included."""
    for step in items(steps):
        yield step
        yield from items(entries(step).get("any_of"))


def _consequence_problems(steps: Node) -> Iterator[PolicyProblem]:
    if not items(steps):
        yield steps.place.problem("the flow has no steps: nothing is approved by default", "at least one step")
    elif all(text_of(entries(step).get("on_fail")) == Consequence.WARN or is_deferred(step) for step in items(steps)):
        expected = "a step that is not deferred and whose on_fail is deny or review"
        yield steps.place.problem("every step only warns or is deferred: the flow could refuse nobody", expected)


def _id_problems(steps: Node, file: str, plugins: Plugins) -> Iterator[PolicyProblem]:
    """Of two steps with one id, that in the policy's own file is told of rather than the inherited one."""
    seen: dict[str, Node] = {}
    for step in _checks(steps):
        if (name := step_id(step)) is None:
            continue
        if name in seen:
            mine, other = (seen[name], step) if step.place.file != file else (step, seen[name])
            message = f"the step id {name!r} is taken by the step at {other.place.file}:{other.place.line}"
            yield mine.place.problem(message, "an `id` of its own")
        seen.setdefault(name, step)
        if name in plugins.checks and name != text_of(entries(step).get("check")):
            place = entries(step)["id"].place
            yield place.problem(f"the step id {name!r} is the name of another check", "an id that misleads nobody")


def _range_problems(step: Node, check: Check) -> Iterator[PolicyProblem]:
    """`min_faces: 3` beside `max_faces: 2` could be met by nobody."""
    given = entries(entries(step).get("with"))
    values = {parameter.name: parameter.default for parameter in check.parameters}
    values |= {name: node.value for name, node in given.items()}
    for name in values:
        if not name.startswith("min_"):
            continue
        other = name.replace("min_", "max_", 1)
        low, high = values[name], values.get(other)
        if isinstance(low, int | float) and isinstance(high, int | float) and low > high:
            place = (given.get(name) or given.get(other) or step).place
            yield place.problem(f"{name} is {low:g} and {other} is {high:g}: nothing is between", f"{name} <= {other}")


def _effect_problems(effects: Node, plugins: Plugins) -> Iterator[PolicyProblem]:
    named = [(item, text_of(item) or "") for item in items(effects)]
    known = [(item, plugins.effects[name]) for item, name in named if name in plugins.effects]
    for (_, first), (item, second) in pairwise(known):
        if _ORDER.index(second.phase) < _ORDER.index(first.phase):
            yield item.place.problem(f"{second.name!r} cannot run after {first.name!r}", f"it before {first.name}")
    commits = [(item, effect) for item, effect in known if effect.phase is Phase.COMMIT]
    for item, effect in commits[1:]:
        message = f"{effect.name!r} would save a second time, after {commits[0][1].name!r}"
        yield item.place.problem(message, "one of the two")
    if known and not commits:
        saving = [effect.name for effect in plugins.effects.values() if effect.phase is Phase.COMMIT]
        yield effects.place.problem("nothing saves what these effects make", f"{one_of(saving)} among them")
