"""A decision as JSON: the one shape that the API answers and the decision log keeps."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from chalicelib.model.decision import Decision, StepResult


def decision_view(decision: Decision, messages: Mapping[str, str]) -> dict[str, Any]:
    """The tenant's view. `messages` tells what each reason code of a check means, by "check.code".

    Signals are left out: they are for the log alone (`Decision.signals`).
    """
    checks = {result.step: result for result in decision.results}
    return {
        "id": decision.verification_id,
        "flow": decision.flow,
        "user_id": decision.user_id,
        "decision": decision.verdict.value,
        "reasons": [
            {
                "step": reason.step,
                "code": reason.code,
                "message": _message(checks.get(reason.step), reason.code, messages),
            }
            for reason in decision.reasons
        ],
        "findings": [_finding_view(result) for result in decision.results],
        "not_reached": list(decision.not_reached),
        "policy_digest": decision.policy_digest,
        "engine_version": decision.engine_version,
        "decided_at": decision.decided_at.isoformat(),
        "duration_ms": round(decision.duration_ms, 1),
        "timings": [dataclasses.asdict(timing) for timing in decision.timings],
        "extracted": dict(decision.extracted),
    }


def _finding_view(result: StepResult) -> dict[str, Any]:
    finding = result.finding
    view: dict[str, Any] = {
        "step": result.step,
        "check": result.check,
        "outcome": finding.outcome.value,
        "reason": finding.reason,
        "observed": finding.observed,
        "limit": finding.limit,
        "consequence": result.consequence.value if result.consequence else None,
        "duration_ms": round(result.duration_ms, 1),
    }
    if result.branches:
        view["branches"] = [_finding_view(branch) for branch in result.branches]
    return view


_GENERAL = {
    "signal_missing": "What this step looks at could not be had, because of an earlier step.",
    "check_broken": "The check failed in an unexpected way; the operator's log has the details.",
    "nothing_passed": "No step passed, so there is nothing to approve.",
}


def _message(result: StepResult | None, code: str, messages: Mapping[str, str]) -> str:
    tried = (result, *result.branches) if result else ()
    found = (messages[key] for key in (f"{step.check}.{code}" for step in tried) if key in messages)
    return next(found, _GENERAL.get(code, code))
