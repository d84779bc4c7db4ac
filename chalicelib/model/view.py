"""A decision as JSON: as the decision log keeps it and the tenant sees it, and what of that an applicant may see."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from typing import Any

from chalicelib.model.consent import Consent
from chalicelib.model.decision import Decision, Reason, Shadow, StepResult, Verdict
from chalicelib.model.review import DENIED_BY_REVIEWER

_LOG_ALONE = frozenset({"signals", "shadow"})


def decision_details(decision: Decision) -> dict[str, Any]:
    """What the tenant sees of it, reasons by their codes; without whom it was about and what a document said."""
    return {
        "flow": decision.flow,
        "decision": decision.verdict.value,
        "reasons": _reasons(decision.reasons),
        "findings": [_finding_view(result) for result in decision.results],
        "not_reached": list(decision.not_reached),
        "deferred": list(decision.deferred),
        "follows": decision.follows,
        "settled_by": decision.settlement.key_id if decision.settlement else None,
        "policy_digest": decision.policy_digest,
        "engine_version": decision.engine_version,
        "face_models": list(decision.face_models),
        "decided_at": decision.decided_at.isoformat(),
        "duration_ms": round(decision.duration_ms, 1),
        "timings": [dataclasses.asdict(timing) for timing in decision.timings],
        "consent": consent_view(decision.consent),
        "alternative_path": decision.verdict is Verdict.CONSENT_REFUSED,
    }


def log_details(decision: Decision) -> dict[str, Any]:
    """What the log keeps: also what is for replays and reports alone."""
    shadow = decision.shadow
    return {
        **decision_details(decision),
        "signals": decision.signals,
        **({"shadow": _shadow_details(shadow)} if shadow else {}),
    }


def _shadow_details(shadow: Shadow) -> dict[str, Any]:
    return {
        "policy": shadow.policy,
        "policy_digest": shadow.digest,
        "decision": shadow.verdict.value if shadow.verdict else None,
        "reasons": _reasons(shadow.reasons),
        "unknown": _reasons(shadow.unknown),
    }


def _reasons(reasons: Iterable[Reason]) -> list[dict[str, str]]:
    return [{"step": reason.step, "code": reason.code} for reason in reasons]


def decision_view(decision: Decision) -> dict[str, Any]:
    """The tenant's view, before `with_messages`. Signals are left out: they are for the log alone."""
    about = (decision.verification_id, decision.user_id, decision.extracted)
    return logged_view(decision_details(decision), *about)


def logged_view(
    details: Mapping[str, Any], verification_id: str, user_id: str | None, extracted: Mapping[str, str]
) -> dict[str, Any]:
    """The same from the log's details. `user_id` is None once the user is erased or the decision's person forgotten."""
    shown = {name: value for name, value in details.items() if name not in _LOG_ALONE}
    return {"id": verification_id, "user_id": user_id, **shown, "extracted": dict(extracted)}


def consent_view(consent: Consent | None) -> dict[str, Any] | None:
    if consent is None:
        return None
    return {"given": consent.given, "version": consent.version, "given_at": consent.given_at.isoformat()}


def with_messages(view: Mapping[str, Any], messages: Mapping[str, str]) -> dict[str, Any]:
    """The view as it is answered: each reason with the sentence for its code, from `messages` by "check.code"."""
    findings = {finding["step"]: finding for finding in view["findings"]}
    reasons = [
        {**reason, "message": _message(findings.get(reason["step"]), reason["code"], messages)}
        for reason in view["reasons"]
    ]
    return {**view, "reasons": reasons}


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
    DENIED_BY_REVIEWER: "Somebody looked at it and refused.",
    "nothing_passed": "No step passed, so there is nothing to approve.",
}


def _message(finding: Mapping[str, Any] | None, code: str, messages: Mapping[str, str]) -> str:
    tried = (finding, *finding.get("branches", ())) if finding else ()
    found = (messages[key] for key in (f"{one['check']}.{code}" for one in tried) if key in messages)
    return next(found, _GENERAL.get(code, code))
