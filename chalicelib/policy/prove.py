"""What holds of a flow whatever its checks find: a proof, or a counterexample.

Findings are taken as independent of each other, so a proof covers every combination that can occur and some that
cannot; a counterexample may be one of the latter. Deferred steps come after the answer: it is given without them.
The combinations are 3 to the power of the checks, but what the rest of a flow makes of them depends on a handful of
facts only: whether anything was denied, referred to a person or passed, and what of the assertion has been seen. So the
flow is walked once, step by step, keeping one example of each such state: exhaustive, in time linear in its length.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from chalicelib.errors import PolicyProblem
from chalicelib.model.decision import Verdict
from chalicelib.model.findings import Outcome
from chalicelib.model.policy import AnyOf, Consequence, Flow, Policy, Step
from chalicelib.policy.problems import nearest, one_of
from chalicelib.policy.tree import Node, entries, items, text_of

_PREFERRED = (Outcome.PASS, Outcome.FAIL, Outcome.INCONCLUSIVE)  # an example has as few surprises as possible

Seen = frozenset[tuple[str, Outcome]]


@dataclass(frozen=True, slots=True)
class Assertion:
    """No decision is `never` while none (`without`) or each (not `without`) of `seen` was found.

    `seen` are checks with an outcome: of any step, or branch, of that check. `flows`: empty means all.
    """

    never: Verdict
    without: bool
    seen: Seen
    flows: tuple[str, ...] = ()

    def __str__(self) -> str:
        seen = sorted(self.seen)
        if self.without:
            return f"never {self.never} without {one_of(check for check, _ in seen)}"
        return f"never {self.never} with {' and '.join(f'{check}: {outcome}' for check, outcome in seen)}"


@dataclass(frozen=True, slots=True)
class Example:
    """A combination of findings, by step in the order of judging; the steps after a denial are not reached.

    `deferred` are the steps that are judged after the answer, so that it is given without them.
    """

    outcomes: tuple[tuple[str, Outcome], ...]
    deferred: tuple[str, ...] = ()

    def __str__(self) -> str:
        others = [f"{step}: {outcome}" for step, outcome in self.outcomes if outcome is not Outcome.PASS]
        told = f"{', '.join(others)}, everything else passing" if others else "everything passing"
        return f"{told}, before the deferred {' and '.join(self.deferred)}" if self.deferred else told


@dataclass(frozen=True, slots=True)
class _State:
    denied: bool = False
    referred: bool = False
    passed: bool = False
    seen: Seen = frozenset()

    @property
    def verdict(self) -> Verdict:
        """As `engine.judge.decide`."""
        if self.denied or not (self.referred or self.passed):
            return Verdict.DENIED
        return Verdict.REVIEW if self.referred else Verdict.APPROVED


@dataclass(frozen=True, slots=True)
class _Way:
    """One way in which a step can turn out."""

    outcome: Outcome
    seen: Seen
    outcomes: tuple[tuple[str, Outcome], ...]


def counterexample(flow: Flow, assertion: Assertion) -> Example | None:
    """Findings for which the assertion does not hold of the answer; None when there are none: it is proved."""
    states: dict[_State, Example] = {_State(): Example((), tuple(step.id for step in flow.deferred().steps))}
    for step in flow.at_once().steps:
        ways = _ways(step, assertion.seen)
        reached: dict[_State, Example] = {}
        for state, example in states.items():
            for way in ways if not state.denied else ():
                outcomes = example.outcomes + way.outcomes
                reached.setdefault(_after(state, step, way), replace(example, outcomes=outcomes))
            if state.denied:
                reached.setdefault(state, example)
        states = reached
    return next((example for state, example in states.items() if _violates(state, assertion)), None)


def combinations(flow: Flow) -> int:
    """How many combinations of findings a proof covers."""
    checks = sum(len(step.branches) if isinstance(step, AnyOf) else 1 for step in flow.at_once().steps)
    return int(len(Outcome) ** checks)


def assertions_of(tree: Node) -> Iterator[tuple[Node, Assertion]]:
    """The assertions of a policy's resolved values, which have the right form, each with where it is written."""
    for node in items(entries(tree).get("assert")):
        given = {name: value.plain() for name, value in entries(node).items()}
        without = "without" in given
        pairs = [(check, Outcome.PASS) for check in given["without"]] if without else given["with"].items()
        seen = frozenset((check, Outcome(outcome)) for check, outcome in pairs)
        yield node, Assertion(Verdict(given["never"]), without, seen, tuple(given.get("in", ())))


def assertion_problems(tree: Node, policy: Policy) -> Iterator[PolicyProblem]:
    """The assertions that do not hold, each with a counterexample, and those about flows that there are not."""
    for node, assertion in assertions_of(tree):
        for name in items(entries(node).get("in")):
            if (flow := text_of(name) or "") not in policy.flows:
                expected, meant = one_of(policy.flows), nearest(flow, policy.flows)
                yield name.place.problem(f"there is no flow {flow!r}", expected, meant)
        broken = [
            f"{flow.name} with {example}"
            for flow in flows_of(policy, assertion)
            if (example := counterexample(flow, assertion)) is not None
        ]
        if broken:
            yield node.place.problem(f"`{assertion}` does not hold: {assertion.never} in {'; '.join(broken)}")


def flows_of(policy: Policy, assertion: Assertion) -> tuple[Flow, ...]:
    """The flows that it is about."""
    return tuple(flow for flow in policy.flows.values() if not assertion.flows or flow.name in assertion.flows)


def _violates(state: _State, assertion: Assertion) -> bool:
    hit = not state.seen if assertion.without else state.seen == assertion.seen
    return hit and state.verdict is assertion.never


def _after(state: _State, step: Step | AnyOf, way: _Way) -> _State:
    """The state behind the step, which was reached."""
    seen = state.seen | way.seen
    if way.outcome is Outcome.PASS:
        return replace(state, passed=True, seen=seen)
    consequence = step.on_fail if way.outcome is Outcome.FAIL else step.on_inconclusive
    denied, referred = consequence is Consequence.DENY, state.referred or consequence is Consequence.REVIEW
    return replace(state, denied=denied, referred=referred, seen=seen)


def _ways(step: Step | AnyOf, wanted: Seen) -> tuple[_Way, ...]:
    """One of each kind: outcome, and what of the wanted is seen."""
    ways = _ways_of_any(step.branches, wanted) if isinstance(step, AnyOf) else _ways_of_check(step, wanted)
    kinds: dict[tuple[Outcome, Seen], _Way] = {}
    for way in ways:
        kinds.setdefault((way.outcome, way.seen), way)
    return tuple(kinds.values())


def _ways_of_check(step: Step, wanted: Seen) -> Iterator[_Way]:
    for outcome in _PREFERRED:
        yield _Way(outcome, wanted & {(step.check, outcome)}, ((step.id, outcome),))


def _ways_of_any(branches: tuple[Step, ...], wanted: Seen) -> Iterator[_Way]:
    """The first branch that passes ends it; else it is inconclusive if one is; an empty one is too."""
    tried: tuple[_Way, ...] = (_Way(Outcome.FAIL if branches else Outcome.INCONCLUSIVE, frozenset(), ()),)
    for branch in branches:
        joined = [_joined(before, way) for before in tried for way in _ways_of_check(branch, wanted)]
        yield from (way for way in joined if way.outcome is Outcome.PASS)
        tried = tuple({(way.outcome, way.seen): way for way in joined if way.outcome is not Outcome.PASS}.values())
    yield from tried


def _joined(before: _Way, way: _Way) -> _Way:
    """Alternatives tried one after the other: a pass counts before an inconclusive one before a failure."""
    outcome = min(before.outcome, way.outcome, key=(Outcome.PASS, Outcome.INCONCLUSIVE, Outcome.FAIL).index)
    return _Way(outcome, before.seen | way.seen, before.outcomes + way.outcomes)
