"""What no schema can say of a flow."""

from __future__ import annotations

from collections.abc import Iterator

from chalicelib.errors import PolicyProblem
from chalicelib.model.change import Phase
from chalicelib.model.plugins import Plugins
from chalicelib.model.policy import Consequence, Flow
from chalicelib.policy.inherit import RawFlow
from chalicelib.policy.problems import problem_at

_ORDER = (Phase.BEFORE, Phase.COMMIT, Phase.AFTER)


def flow_problems(flow: Flow, raw: RawFlow, plugins: Plugins) -> Iterator[PolicyProblem]:
    """Nothing is approved by default, ids are unique, and effects stand in an order that can be undone."""
    steps_path, effects_path = (*raw.path, "steps"), (*raw.path, "effects")
    if not flow.steps:
        yield problem_at(
            raw.tree, steps_path, "the flow has no step", "at least one: an empty flow would approve anyone"
        )
    elif all(step.on_fail is Consequence.WARN for step in flow.steps):
        text = "every step only warns, so the flow can refuse nobody"
        yield problem_at(raw.tree, steps_path, text, "a step with on_fail deny or review")
    seen: set[str] = set()
    for step, item in zip(flow.steps, raw.items, strict=True):
        if step.id in seen:
            text = f"two steps have the id {step.id!r}"
            yield problem_at(item.tree, item.path, text, "an id of its own: give one of them `id`")
        seen.add(step.id)
    phases = [plugins.effects[name].phase for name in flow.effects]
    if len(set(flow.effects)) != len(flow.effects):
        yield problem_at(raw.tree, effects_path, "an effect stands twice", "each once")
    elif phases != sorted(phases, key=_ORDER.index) or phases.count(Phase.COMMIT) > 1:
        ordered = sorted(flow.effects, key=lambda name: _ORDER.index(plugins.effects[name].phase))
        yield problem_at(raw.tree, effects_path, "the effects cannot run in this order", ", ".join(ordered))
    elif phases and Phase.COMMIT not in phases:
        committing = [name for name, effect in plugins.effects.items() if effect.phase is Phase.COMMIT]
        text = "nothing makes these effects real"
        yield problem_at(raw.tree, effects_path, text, f"also one of {', '.join(committing)}")
