"""From a flow to what has to be read, in which order, and what is handed to AWS."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from chalicelib.model.change import Effect, Phase
from chalicelib.model.plugins import Plugins, Signal, closure
from chalicelib.model.policy import AnyOf, Execution, Flow, Step

MADE = "made"  # the draft of the effects before the commit, where they are made beside the checks
PICTURES = ("selfie", "id_card")


@dataclass(frozen=True, slots=True)
class Plan:
    """What one flow takes.

    `signals` are each read at most once, those they rest on first; `rests_on` says on which.
    `asked` holds the parameters handed to AWS, by AWS's name: the lowest value that any step asks for.
    `inputs` are the fields of the request that must be there. `deferred` are the steps, by id, that come later.
    """

    flow: Flow
    plugins: Plugins
    signals: Mapping[str, Signal]
    rests_on: Mapping[str, tuple[str, ...]]
    asked: Mapping[str, float]
    inputs: tuple[str, ...]
    effects: tuple[Effect, ...]
    deferred: tuple[str, ...]

    @property
    def creates(self) -> bool:
        """A flow that looks at the stored user is about a known one; any other makes a new one."""
        return "user" not in self.signals

    @property
    def operations(self) -> frozenset[str]:
        """All that may be called of AWS for signals and effects ("rekognition:DetectFaces")."""
        signals = frozenset(call for signal in self.signals.values() for call in signal.calls)
        return signals.union(*(effect.calls for effect in self.effects))

    @property
    def ahead(self) -> bool:
        """Whether the effects before the commit are made beside the checks."""
        return MADE in self.signals


def plan_flow(whole: Flow, plugins: Plugins, execution: Execution = Execution.FASTEST) -> Plan:
    """Derive the plan of what is judged at once; the flow has been validated against the same plugins.

    What deferred steps look at is not asked of AWS yet; but of the request it must be there, to be stored.
    """
    flow, deferred = whole.at_once(), whole.deferred()
    effects = tuple(plugins.effects[name] for name in flow.effects)
    wanted = [need for step in checks_of(flow) for need in plugins.checks[step.check].needs]
    wanted += [name for effect in effects for name in effect.inputs]
    wanted += [name for name in PICTURES if name in _looked_at(deferred, plugins)]
    known = plugins.signals
    before = tuple(effect for effect in effects if effect.phase is Phase.BEFORE)
    if execution is Execution.SPECULATIVE and before:
        known = _read_ahead(closure(wanted, known), before, known)
        wanted.append(MADE)
    names = closure(wanted, known)
    rests_on = {name: known[name].needs + tuple(use for use in known[name].uses if use in names) for name in names}
    ordered = _dependencies_first(names, rests_on)
    signals = {name: known[name] for name in ordered}
    return Plan(
        flow=flow,
        plugins=plugins,
        signals=signals,
        rests_on=rests_on,
        asked=_asked(flow, plugins),
        inputs=tuple(dict.fromkeys(_inputs(signals.values(), names))),
        effects=effects,
        deferred=tuple(step.id for step in deferred.steps),
    )


def _looked_at(flow: Flow, plugins: Plugins) -> set[str]:
    return closure((need for step in checks_of(flow) for need in plugins.checks[step.check].needs), plugins.signals)


def _read_ahead(names: set[str], before: Iterable[Effect], known: Mapping[str, Signal]) -> dict[str, Signal]:
    """The signals, where effects are made beside the checks: those that such an effect answers are read off it."""
    answered = [name for effect in before for name in effect.answers]
    if "user" not in names:
        answered += [name for effect in before for name in effect.answers_new]
    instead = {name: other for name in answered if name in names and (other := known[name].once_made) is not None}
    made = Signal(
        name=MADE,
        summary="What the effects before the commit have made, beside the checks.",
        read=_not_here,
        needs=tuple(name for name in PICTURES if name in names),
        uses=(),
        inputs=(),
        calls=tuple(call for effect in before for call in effect.calls),
    )
    return {**known, **instead, MADE: made}


def _not_here(_: object, **__: object) -> object:
    raise NotImplementedError("whoever gathers the signals provides what is made")


def checks_of(flow: Flow) -> Iterator[Step]:
    """Every step that names a check, the branches of alternatives included."""
    for step in flow.steps:
        if isinstance(step, AnyOf):
            yield from step.branches
        else:
            yield step


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
