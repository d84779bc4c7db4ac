"""From a flow to what has to be read, in which order, and what is handed to AWS."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from chalicelib.model.change import Effect
from chalicelib.model.plugins import Plugins, Signal
from chalicelib.model.policy import AnyOf, Flow, Step


@dataclass(frozen=True, slots=True)
class Plan:
    """What one flow takes.

    `signals` are each read at most once, those they rest on first; `rests_on` says on which.
    `asked` holds the parameters handed to AWS, by AWS's name: the lowest value that any step asks for.
    `inputs` are the fields of the request that must be there.
    """

    flow: Flow
    plugins: Plugins
    signals: Mapping[str, Signal]
    rests_on: Mapping[str, tuple[str, ...]]
    asked: Mapping[str, float]
    inputs: tuple[str, ...]
    effects: tuple[Effect, ...]

    @property
    def creates(self) -> bool:
        """A flow that looks at the stored user is about a known one; any other makes a new one."""
        return "user" not in self.signals


def plan_flow(flow: Flow, plugins: Plugins) -> Plan:
    """Derive the plan; the flow has been validated against the same plugins."""
    effects = tuple(plugins.effects[name] for name in flow.effects)
    wanted = [need for step in checks_of(flow) for need in plugins.checks[step.check].needs]
    wanted += [name for effect in effects for name in effect.inputs]
    names = _closure(wanted, plugins)
    rests_on = {
        name: plugins.signals[name].needs + tuple(use for use in plugins.signals[name].uses if use in names)
        for name in names
    }
    ordered = _dependencies_first(names, rests_on)
    signals = {name: plugins.signals[name] for name in ordered}
    return Plan(
        flow=flow,
        plugins=plugins,
        signals=signals,
        rests_on=rests_on,
        asked=_asked(flow, plugins),
        inputs=tuple(dict.fromkeys(_inputs(signals.values(), names))),
        effects=effects,
    )


def checks_of(flow: Flow) -> Iterator[Step]:
    """Every step that names a check, the branches of alternatives included."""
    for step in flow.steps:
        if isinstance(step, AnyOf):
            yield from step.branches
        else:
            yield step


def _closure(wanted: Iterable[str], plugins: Plugins) -> set[str]:
    names: set[str] = set()
    todo = list(wanted)
    while todo:
        name = todo.pop()
        if name not in names:
            names.add(name)
            todo += plugins.signals[name].needs
    return names


def _dependencies_first(names: Iterable[str], rests_on: Mapping[str, tuple[str, ...]]) -> list[str]:
    ordered: list[str] = []

    def place(name: str) -> None:
        if name not in ordered:
            for other in rests_on[name]:
                place(other)
            ordered.append(name)

    for name in sorted(names):
        place(name)
    return ordered


def _asked(flow: Flow, plugins: Plugins) -> dict[str, float]:
    asked: dict[str, float] = {}
    for step in checks_of(flow):
        for parameter in plugins.checks[step.check].parameters:
            if parameter.handed_to_aws:
                value = getattr(step.parameters, parameter.name)
                asked[parameter.name] = min(value, asked.get(parameter.name, value))
    return asked


def _inputs(signals: Iterable[Signal], names: set[str]) -> Iterator[str]:
    for signal in signals:
        if not names.intersection(signal.uses):
            yield from signal.inputs
