"""Random policies over the real checks, and random worlds for them to look at: what AWS would say, whoever asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from hypothesis import strategies as st

from chalicelib.checks import built_in_checks
from chalicelib.engine.plan import plan_flow
from chalicelib.errors import SignalMissingError
from chalicelib.model.decision import Decision
from chalicelib.model.facts import BlockedFaces, CollectionMatches
from chalicelib.model.plugins import Check, Choices, Number, Parameter, Plugins, Signal
from chalicelib.model.policy import AnyOf, Consequence, Execution, Flow, Step
from chalicelib.signals import built_in_signals
from tests.checks.test_fail_closed import signals as signal_values
from tests.engine.test_engine import SELFIE, policy_of, run

CHECKS = built_in_checks()
SIGNALS = built_in_signals()
PLUGINS = Plugins(CHECKS, SIGNALS, {})
READ = tuple(dict.fromkeys(name for check in CHECKS.values() for name in check.needs))
MISSING = None

# Few different numbers, so that values meet limits.
PERCENTAGES = st.sampled_from([0.0, 50.0, 79.9, 80.0, 85.0, 90.0, 95.0, 97.0, 98.5, 99.0, 99.5, 100.0])
NUMBERS = PERCENTAGES | st.floats(-30, 100)


@dataclass(frozen=True)
class Seen:
    """What there is to be seen: a value for every signal; MISSING where it cannot be had.

    With liveness the selfie is another picture, of which `live` says what is to be seen.
    """

    sent: Mapping[str, Any]
    live: Mapping[str, Any]

    def plugins(self, asked: Mapping[str, float]) -> Plugins:
        """The real checks, and signals that tell what is to be seen; a search finds what it asks for."""
        return Plugins(CHECKS, {name: self._signal(signal, asked) for name, signal in SIGNALS.items()}, {})

    def _signal(self, signal: Signal, asked: Mapping[str, float]) -> Signal:
        def read(request: object, **others: Any) -> Any:
            picture = "live" if "liveness" in others or "live" in others.values() else "sent"
            if signal.name not in READ:
                return picture
            value = (self.live if picture == "live" else self.sent)[signal.name]
            if value is MISSING:
                raise SignalMissingError(signal.name)
            return _searched(value, asked) if isinstance(value, CollectionMatches | BlockedFaces) else value

        return replace(signal, read=read)


def _searched(found: CollectionMatches | BlockedFaces, asked: Mapping[str, float]) -> CollectionMatches | BlockedFaces:
    lowest = asked["FaceMatchThreshold"]
    matches: Any = tuple(match for match in found.matches if match.similarity >= lowest)
    return replace(found, searched_from=lowest, matches=matches)


def seen() -> st.SearchStrategy[Seen]:
    values = signal_values(NUMBERS)
    one = st.fixed_dictionaries({name: values[name] | values[name] | values[name] | st.just(MISSING) for name in READ})
    return st.builds(Seen, one, one)


def parameter_values(parameter: Parameter) -> st.SearchStrategy[Any]:
    kind = parameter.kind
    if isinstance(kind, Number):
        if parameter.type is int:
            low = int(kind.minimum)
            return st.integers(low, min(int(kind.maximum), low + 40))
        return PERCENTAGES if kind.unit == "percent" else st.floats(kind.minimum, min(kind.maximum, 500))
    if isinstance(kind, Choices):
        allowed = kind.allowed or ("PASSPORT", "Driver License Front", "ÉTAT", "O'Hara's")
        return st.lists(st.sampled_from(allowed), unique=True, min_size=1, max_size=3).map(tuple)
    return st.booleans()


def parameters(check: Check) -> st.SearchStrategy[Any]:
    return st.builds(check.make_parameters, **{each.name: parameter_values(each) for each in check.parameters})


@st.composite
def flows(draw: st.DrawFn, checks: tuple[str, ...] = tuple(CHECKS)) -> Flow:
    names = iter(f"s{number}" for number in range(30))

    def step(**others: Any) -> Step:
        check = draw(st.sampled_from(checks))
        return Step(next(names), check, draw(parameters(CHECKS[check])), **others)

    steps: list[Step | AnyOf] = []
    for branches in draw(st.lists(st.sampled_from([1, 1, 2, 3]), min_size=1, max_size=5)):
        others = {
            "on_fail": draw(st.sampled_from(Consequence)),
            "on_inconclusive": draw(st.sampled_from([Consequence.DENY, Consequence.REVIEW])),
        }
        steps.append(
            step(**others) if branches == 1 else AnyOf(next(names), tuple(step() for _ in range(branches)), **others)
        )
    return Flow("enrol", tuple(steps))


def decide_really(flow: Flow, world: Seen, execution: Execution) -> Decision:
    """The engine's own decision."""
    asked = plan_flow(flow, PLUGINS).asked
    policy = policy_of(flow.steps, execution=execution)
    decision: Decision = run(policy, world.plugins(asked), id_card=SELFIE, liveness_session="a session")
    return decision
