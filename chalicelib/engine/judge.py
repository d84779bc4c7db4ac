"""Run the checks in the policy's order and say what follows. The order alone decides, never which answer came first."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from chalicelib.engine.gather import Gathering
from chalicelib.engine.plan import Plan
from chalicelib.errors import AwsError, SignalMissingError
from chalicelib.model.decision import Reason, StepResult, Verdict
from chalicelib.model.findings import Finding, Outcome, inconclusive
from chalicelib.model.plugins import Check
from chalicelib.model.policy import AnyOf, Consequence, Step

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Judgement:
    verdict: Verdict
    reasons: tuple[Reason, ...]
    results: tuple[StepResult, ...]
    not_reached: tuple[str, ...]


def judge(plan: Plan, gathering: Gathering) -> Judgement:
    """Judge step by step and stop at the first denial.

    Raises whatever kept AWS from answering a step that was reached: such a verification has no decision.
    """
    results: list[StepResult] = []
    for step in plan.flow.steps:
        results.append(
            _judge_any_of(step, plan, gathering) if isinstance(step, AnyOf) else _judge_step(step, plan, gathering)
        )
        if results[-1].consequence is Consequence.DENY:
            break
    verdict, reasons = decide(tuple(results))
    return Judgement(verdict, reasons, tuple(results), tuple(step.id for step in plan.flow.steps[len(results) :]))


def decide(results: tuple[StepResult, ...]) -> tuple[Verdict, tuple[Reason, ...]]:
    """The verdict and its reasons: the first denial, else all referrals; approved only if something passed."""
    denials = _reasons(results, Consequence.DENY)
    if denials:
        return Verdict.DENIED, denials[:1]
    referrals = _reasons(results, Consequence.REVIEW)
    if referrals:
        return Verdict.REVIEW, referrals
    if not any(result.finding.outcome is Outcome.PASS for result in results):
        return Verdict.DENIED, (Reason("", "nothing_passed"),)
    return Verdict.APPROVED, ()


def _reasons(results: tuple[StepResult, ...], consequence: Consequence) -> tuple[Reason, ...]:
    return tuple(Reason(r.step, r.finding.reason or "unknown") for r in results if r.consequence is consequence)


def _judge_step(step: Step, plan: Plan, gathering: Gathering) -> StepResult:
    finding = _find(step, plan, gathering)
    return StepResult(step.id, step.check, finding, consequence_of(step, finding), gathering.elapsed_ms())


def _judge_any_of(step: AnyOf, plan: Plan, gathering: Gathering) -> StepResult:
    """The first alternative to pass is enough, so no other is waited for; one that AWS did not answer decides nothing
    while another passes. Raises its error when none does.
    """
    tried: dict[int, StepResult] = {}
    errors: dict[int, AwsError] = {}
    for number in gathering.as_they_come([plan.plugins.checks[branch.check].needs for branch in step.branches]):
        branch = step.branches[number]
        try:
            finding = _find(branch, plan, gathering)
        except AwsError as error:
            errors[number] = error
            continue
        tried[number] = StepResult(branch.id, branch.check, finding, None, gathering.elapsed_ms())
        if finding.outcome is Outcome.PASS:
            break
    branches = tuple(tried[number] for number in sorted(tried))
    finding = best_finding(tuple(result.finding for result in branches))
    if errors and finding.outcome is not Outcome.PASS:
        raise errors[min(errors)]
    return StepResult(step.id, "any_of", finding, consequence_of(step, finding), gathering.elapsed_ms(), branches)


def best_finding(findings: tuple[Finding, ...]) -> Finding:
    """Of alternatives: a pass; else the first inconclusive one (it might have passed); else the first failure."""
    order = (Outcome.PASS, Outcome.INCONCLUSIVE, Outcome.FAIL)
    ranked = sorted(findings, key=lambda finding: order.index(finding.outcome))
    return ranked[0] if ranked else inconclusive("no_alternatives")


def _find(step: Step, plan: Plan, gathering: Gathering) -> Finding:
    check = plan.plugins.checks[step.check]
    try:
        values = gathering.values(check.needs)
    except SignalMissingError:
        return inconclusive("signal_missing")
    return judge_values(check, step.parameters, values)


def judge_values(check: Check, parameters: object, signals: Mapping[str, Any]) -> Finding:
    """What the check says; inconclusive when it breaks."""
    try:
        return check.judge(parameters, **signals)
    except Exception as error:
        _log.error("check %s broke: %s", check.name, type(error).__name__)
        return inconclusive("check_broken")


def consequence_of(step: Step | AnyOf, finding: Finding) -> Consequence | None:
    if finding.outcome is Outcome.PASS:
        return None
    return step.on_fail if finding.outcome is Outcome.FAIL else step.on_inconclusive
