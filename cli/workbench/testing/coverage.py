"""Which outcomes of a policy's steps and branches its cases bring about, and which they do not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from chalicelib.model.decision import StepResult
from chalicelib.model.findings import Outcome
from chalicelib.model.policy import AnyOf, Policy, Step
from cli.workbench.testing.suite import Unreachable


@dataclass(frozen=True, slots=True, order=True)
class Target:
    """One outcome of one step or branch of a flow. `consequence` is what it means for the decision."""

    flow: str
    step: str
    outcome: Outcome
    consequence: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """`wrongly_unreachable` are those that a case brought about all the same."""

    reached: frozenset[Target]
    missed: tuple[Target, ...]
    wrongly_unreachable: tuple[Unreachable, ...]

    @property
    def percent(self) -> float:
        total = len(self.reached) + len(self.missed)
        return 100 * len(self.reached) / total if total else 100.0


def coverage(policy: Policy, results: Iterable[tuple[str, StepResult]], unreachable: Iterable[Unreachable]) -> Coverage:
    """`results` are the step results of all cases, each with its flow."""
    seen = {(flow, *pair) for flow, result in results for pair in _outcomes(result)}
    excused = list(unreachable)
    targets = list(all_targets(policy))
    reached = frozenset(target for target in targets if (target.flow, target.step, target.outcome) in seen)
    missed = [target for target in targets if target not in reached and not any(_fits(u, target) for u in excused)]
    wrong = [each for each in excused if any(_fits(each, target) for target in reached)]
    return Coverage(reached, tuple(missed), tuple(wrong))


def all_targets(policy: Policy) -> Iterator[Target]:
    """In the policy's order."""
    for flow in policy.flows.values():
        for step in flow.steps:
            for outcome in Outcome:
                yield Target(flow.name, step.id, outcome, _consequence(step, outcome))
            for branch in step.branches if isinstance(step, AnyOf) else ():
                for outcome in Outcome:
                    yield Target(flow.name, branch.id, outcome, "enough" if outcome is Outcome.PASS else "next branch")


def _consequence(step: Step | AnyOf, outcome: Outcome) -> str:
    if outcome is Outcome.PASS:
        return "go on"
    return str(step.on_fail if outcome is Outcome.FAIL else step.on_inconclusive)


def _outcomes(result: StepResult) -> Iterator[tuple[str, Outcome]]:
    yield result.step, result.finding.outcome
    for branch in result.branches:
        yield from _outcomes(branch)


def _fits(unreachable: Unreachable, target: Target) -> bool:
    same = (unreachable.step, unreachable.outcome) == (target.step, target.outcome)
    return same and unreachable.flow in ("", target.flow)
