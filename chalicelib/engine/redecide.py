"""Take a decision again, under any policy, from signals that were read for another one. Nothing is read or written.

What the signals do not tell is unknown and is never guessed: a step that is unknown could have turned out in any way,
so the decision is unknown too unless it is denied whatever that step would have said. What is decided is the answer, so
deferred steps have no part in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from chalicelib.engine.judge import best_finding, consequence_of, decide, judge_values
from chalicelib.engine.plan import Plan
from chalicelib.model.decision import Reason, StepResult, Verdict
from chalicelib.model.findings import Finding, Outcome, inconclusive
from chalicelib.model.policy import AnyOf, Consequence, Step


class Unknown(StrEnum):
    """Why nobody can tell what a step would have said."""

    NOT_READ = "not_read"  # an earlier step had settled it, or the policy of then did not ask
    NOT_RECORDED = "not_recorded"  # the log does not keep what this check looks at
    OTHER_PICTURE = "other_picture"  # with liveness the selfie is another picture than without
    NOT_SEARCHED_THAT_LOW = "not_searched_that_low"  # also the code of the checks that judge a search


@dataclass(frozen=True, slots=True)
class Redecision:
    """`verdict` is None when it is unknown. `unknown` are the reached steps that are, with why, by `Unknown`.

    `reasons` are as a decision's; none for a denial if an unknown step before might have given it another.
    """

    verdict: Verdict | None
    reasons: tuple[Reason, ...]
    unknown: tuple[Reason, ...] = ()


def redecide(plan: Plan, signals: Mapping[str, Any]) -> Redecision:
    """`signals` are the values by name; None is one that could not be had, and one that was not read is not there."""
    results: list[StepResult] = []
    unknown: list[Reason] = []
    for step in plan.flow.steps:
        finding = _any_of(step, plan, signals) if isinstance(step, AnyOf) else _check(step, plan, signals)
        if isinstance(finding, Unknown):
            unknown.append(Reason(step.id, finding.value))
            continue
        results.append(StepResult(step.id, "", finding, consequence_of(step, finding), 0))
        if results[-1].consequence is Consequence.DENY:
            break
    verdict, reasons = decide(tuple(results))
    if not unknown:
        return Redecision(verdict, reasons)
    denied = any(result.consequence is Consequence.DENY for result in results)
    return Redecision(Verdict.DENIED if denied else None, (), tuple(unknown))


def comparable(signal: str, plan: Plan, read: Mapping[str, Any]) -> bool:
    """Whether a signal was read off the same picture as the plan would: whether what it may use was, and would be."""
    signals = plan.plugins.signals
    same = all((use in plan.signals) == (use in read) for use in signals[signal].uses)
    return same and all(comparable(need, plan, read) for need in signals[signal].needs)


def _any_of(step: AnyOf, plan: Plan, signals: Mapping[str, Any]) -> Finding | Unknown:
    """A pass is a pass, whatever the unknown alternatives would have said."""
    tried = [_check(branch, plan, signals) for branch in step.branches]
    findings = tuple(finding for finding in tried if isinstance(finding, Finding))
    best = best_finding(findings)
    if best.outcome is Outcome.PASS:
        return best
    return next((finding for finding in tried if isinstance(finding, Unknown)), best)


def _check(step: Step, plan: Plan, signals: Mapping[str, Any]) -> Finding | Unknown:
    check = plan.plugins.checks[step.check]
    for need in check.needs:
        if need not in signals:
            return Unknown.NOT_READ if plan.plugins.signals[need].recorded else Unknown.NOT_RECORDED
        if not comparable(need, plan, signals):
            return Unknown.OTHER_PICTURE
    if any(signals[need] is None for need in check.needs):
        return inconclusive("signal_missing")
    finding = judge_values(check, step.parameters, {need: signals[need] for need in check.needs})
    return Unknown.NOT_SEARCHED_THAT_LOW if finding.reason == Unknown.NOT_SEARCHED_THAT_LOW else finding
