"""One verification from submission to decision."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from difflib import get_close_matches
from typing import Any, Protocol

from chalicelib.engine.commit import Journal, commit
from chalicelib.engine.gather import Gathering
from chalicelib.engine.judge import Judgement, judge
from chalicelib.engine.plan import Plan, plan_flow
from chalicelib.engine.record import extracted_fields, recorded_signals
from chalicelib.errors import BadRequestError, ConsentMissingError
from chalicelib.model.change import Change, Material, Phase
from chalicelib.model.decision import Decision, Verdict
from chalicelib.model.images import Image
from chalicelib.model.plugins import Plugins
from chalicelib.model.policy import Execution, Flow, Limits, Policy
from chalicelib.model.submission import LivenessClaim, Submission

ENGINE_VERSION = "1"


class Attempts(Protocol):
    def check(self, user_key: str, flow: str, limits: Limits, now: datetime) -> None:
        """Raises LockedOutError after too many failures."""

    def record_failure(self, user_key: str, flow: str, limits: Limits, now: datetime) -> None: ...

    def clear(self, user_key: str, flow: str) -> None: ...


class DecisionLog(Protocol):
    def append(self, decision: Decision, keep_days: int) -> None: ...


@dataclass(frozen=True, slots=True)
class Ports:
    """The engine's ways out, all bound to one tenant.

    `signal_request(submission, asked)` makes what signals read from; `effects` is what effects write through.
    `claim_liveness(submission)` takes the liveness session for this verification, once and for ever.
    `collection_for(user_key)` names the shard that a new face goes to; `image_key(submission, kind)` a picture's place.
    """

    signal_request: Callable[[Submission, Mapping[str, float]], object]
    claim_liveness: Callable[[Submission], LivenessClaim]
    effects: Any
    journal: Journal
    attempts: Attempts
    log: DecisionLog
    collection_for: Callable[[str], str]
    image_key: Callable[[Submission, str], str]
    now: Callable[[], datetime]
    clock_s: Callable[[], float]


def verify(policy: Policy, submission: Submission, plugins: Plugins, ports: Ports) -> Decision:
    """Decide, and make an approval real.

    Raises:
        BadRequestError: unknown flow, a missing or unusable picture.
        ConsentMissingError: before anything biometric is touched.
        LockedOutError: too many failures before.
        ConflictError: the user is not in a state for this change.
        AwsError: no decision could be reached or made real; nothing was approved and nothing is left behind.
    """
    plan = plan_flow(_flow(policy, submission.flow), plugins)
    _check_inputs(plan, submission)
    if policy.consent_required and submission.consent is None:
        raise ConsentMissingError("This tenant's policy requires the applicant's consent: send `consent`.")
    ports.attempts.check(submission.user_key, submission.flow, policy.limits, submission.received_at)
    if "liveness" in plan.signals:
        submission = replace(submission, liveness=ports.claim_liveness(submission))
    with Gathering(plan, ports.signal_request(submission, plan.asked), ports.clock_s) as gathering:
        if policy.execution is Execution.FASTEST:
            gathering.start_all()
        judgement = judge(plan, gathering)
        known = gathering.known()
        decision = _decision(plan, policy, submission, judgement, gathering, ports.now())
    _make_real(plan, policy, submission, decision, known, ports)
    return decision


def _flow(policy: Policy, name: str) -> Flow:
    if name in policy.flows:
        return policy.flows[name]
    nearest = get_close_matches(name, policy.flows, 1)
    hint = f" Did you mean {nearest[0]!r}?" if nearest else f" It has: {', '.join(policy.flows)}."
    raise BadRequestError("unknown-flow", f"This tenant's policy has no such flow.{hint}", "flow")


def _check_inputs(plan: Plan, submission: Submission) -> None:
    missing = [name for name in plan.inputs if getattr(submission, name) is None]
    if missing:
        raise BadRequestError(
            "missing-field", f"The flow {plan.flow.name!r} needs {', '.join(missing)} in the request.", missing[0]
        )


def _decision(
    plan: Plan, policy: Policy, submission: Submission, judgement: Judgement, gathering: Gathering, now: datetime
) -> Decision:
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
        signals=recorded_signals(known, gathering.missing(), plan.signals),
        extracted=extracted_fields(known),
    )


def _make_real(
    plan: Plan, policy: Policy, submission: Submission, decision: Decision, known: Mapping[str, Any], ports: Ports
) -> None:
    user_key, flow = submission.user_key, submission.flow
    if decision.verdict is Verdict.APPROVED:
        if any(effect.phase is Phase.COMMIT for effect in plan.effects):
            images = _images(known)
            change = _change(plan, submission, images, ports)
            commit(
                change,
                _material(plan, policy, submission, decision, images),
                plan.effects,
                ports.effects,
                ports.journal,
            )
        else:
            ports.log.append(decision, policy.retention.decisions_days)
        ports.attempts.clear(user_key, flow)
        return
    with ThreadPoolExecutor(max_workers=1) as pool:  # two writes that do not wait for each other
        appended = pool.submit(ports.log.append, decision, policy.retention.decisions_days)
        if decision.verdict is Verdict.DENIED:
            ports.attempts.record_failure(user_key, flow, policy.limits, submission.received_at)
        appended.result()


def _images(known: Mapping[str, Any]) -> dict[str, Image]:
    """The pictures that were judged: with liveness, its reference image is the selfie."""
    cards = dict(zip(("id_card", "id_card_back"), known.get("id_card", ()), strict=False))
    return {"selfie": known["selfie"], **cards} if "selfie" in known else cards


def _change(plan: Plan, submission: Submission, images: Mapping[str, Image], ports: Ports) -> Change:
    return Change(
        change_id=submission.verification_id,
        tenant=submission.tenant,
        user_id=submission.user_id,
        user_key=submission.user_key,
        flow=submission.flow,
        creates=plan.creates,
        effects=plan.flow.effects,
        collection=ports.collection_for(submission.user_key),
        image_keys={kind: ports.image_key(submission, kind) for kind in images},
        started_at=submission.received_at,
    )


def _material(
    plan: Plan, policy: Policy, submission: Submission, decision: Decision, images: Mapping[str, Image]
) -> Material:
    return Material(
        images=images,
        properties={**submission.properties, **decision.extracted},
        decision=decision,
        keep_faces=policy.faces.max_per_user,
        images_days=policy.retention.images_days,
        decisions_days=policy.retention.decisions_days,
        asked=plan.asked,
    )
