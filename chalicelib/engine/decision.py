"""A judgement with all that the log keeps beside it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from chalicelib.engine.gather import Gathering
from chalicelib.engine.judge import Judgement
from chalicelib.engine.plan import Plan
from chalicelib.engine.record import extracted_fields, recorded_signals
from chalicelib.model.decision import Decision, Verdict
from chalicelib.model.facts import CollectionSearch
from chalicelib.model.policy import Policy
from chalicelib.model.submission import Submission

ENGINE_VERSION = "1"


def decision_of(
    plan: Plan,
    policy: Policy,
    submission: Submission,
    judgement: Judgement,
    gathering: Gathering,
    now: datetime,
    follows: str | None = None,
) -> Decision:
    """`follows`: the decision that left open what this one is about. What a document said is kept of nobody who was
    denied.
    """
    known = gathering.known()
    return Decision(
        verification_id=submission.verification_id,
        tenant=submission.tenant,
        flow=submission.flow,
        user_id=submission.user_id,
        user_key=submission.user_key,
        verdict=judgement.verdict,
        reasons=judgement.reasons,
        results=judgement.results,
        not_reached=judgement.not_reached,
        policy_digest=policy.digest,
        engine_version=ENGINE_VERSION,
        decided_at=now,
        duration_ms=gathering.elapsed_ms(),
        timings=gathering.timings(),
        deferred=plan.deferred if judgement.verdict is Verdict.APPROVED else (),
        follows=follows,
        face_models=_face_models(known),
        signals=recorded_signals(known, gathering.missing(), plan.signals),
        extracted={} if judgement.verdict is Verdict.DENIED else extracted_fields(known),
        consent=submission.consent,
    )


def unjudged(policy: Policy, submission: Submission, verdict: Verdict, now: datetime) -> Decision:
    """A decision that no check made: a person's, the applicant's or a reviewer's."""
    return Decision(
        verification_id=submission.verification_id,
        tenant=submission.tenant,
        flow=submission.flow,
        user_id=submission.user_id,
        user_key=submission.user_key,
        verdict=verdict,
        reasons=(),
        results=(),
        not_reached=(),
        policy_digest=policy.digest,
        engine_version=ENGINE_VERSION,
        decided_at=now,
        duration_ms=0.0,
        consent=submission.consent,
    )


def _face_models(known: Mapping[str, Any]) -> tuple[str, ...]:
    search = known.get("collection_search")
    return search.face_models if isinstance(search, CollectionSearch) else ()
