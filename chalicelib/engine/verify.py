"""One verification from submission to decision."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from difflib import get_close_matches
from typing import Any, Protocol

from chalicelib.engine.commit import Writing, commit
from chalicelib.engine.gather import Gathering
from chalicelib.engine.judge import Judgement, judge
from chalicelib.engine.plan import Plan, plan_flow
from chalicelib.engine.record import extracted_fields, recorded_signals
from chalicelib.errors import BadRequestError, ConsentMissingError
from chalicelib.model.attempt import Attempt
from chalicelib.model.change import Change, Material, Phase
from chalicelib.model.decision import Decision, Verdict
from chalicelib.model.facts import CollectionSearch
from chalicelib.model.images import Image
from chalicelib.model.log import SignedDecision
from chalicelib.model.plugins import Plugins
from chalicelib.model.policy import Execution, Flow, Policy, Retention
from chalicelib.model.submission import LivenessClaim, Submission

ENGINE_VERSION = "1"


class Attempts(Protocol):
    """Each attempt takes a place before anything biometric is asked; afterwards one of the others settles it."""

    def reserve(self, attempt: Attempt) -> None:
        """Raises LockedOutError after too many failures, AttemptsUnderWayError when as many are still undecided."""

    def fail(self, attempt: Attempt) -> None:
        """Count a failure; raises AwsError when that is not certain, so that no answer leaves uncounted."""

    def succeed(self, attempt: Attempt) -> None:
        """Never raises AwsError: the approval is real by now."""

    def release(self, attempt: Attempt) -> None: ...


class DecisionLog(Protocol):
    def sign(self, decision: Decision, retention: Retention) -> SignedDecision:
        """Make the log's entry; nothing is written yet."""

    def append(self, signed: SignedDecision) -> None:
        """Write the entry of a decision that changes no user."""


@dataclass(frozen=True, slots=True)
class Ports:
    """The engine's ways out, all bound to one tenant.

    `signal_request(submission, asked)` makes what signals read from; `writing` is how effects become real.
    `claim_liveness(submission)` takes the liveness session for this verification, once and for ever.
    `collection_for(user_key)` names the shard that a new face goes to; `image_key(user_key, change_id, kind)` a
    picture's place.
    """

    signal_request: Callable[[Submission, Mapping[str, float]], object]
    claim_liveness: Callable[[Submission], LivenessClaim]
    writing: Writing
    attempts: Attempts
    log: DecisionLog
    collection_for: Callable[[str], str]
    image_key: Callable[[str, str, str], str]
    new_change_id: Callable[[], str]
    now: Callable[[], datetime]
    clock_s: Callable[[], float]


def verify(policy: Policy, submission: Submission, plugins: Plugins, ports: Ports) -> Decision:
    """Decide, and make an approval real.

    Raises:
        BadRequestError: unknown flow, a missing or unusable picture.
        ConsentMissingError: before anything biometric is touched.
        LockedOutError, AttemptsUnderWayError: too many failures before, or too many tries at once.
        ConflictError: the user is not in a state for this change.
        AwsError: no decision could be reached or made real; nothing was approved and nothing is left behind.
    """
    plan = plan_flow(_flow(policy, submission.flow), plugins)
    if submission.consent is not None and not submission.consent.given:
        return _refused(policy, submission, plan, ports)
    _check_inputs(plan, submission)
    if policy.consent_required and submission.consent is None:
        raise ConsentMissingError("This tenant's policy requires the applicant's consent: send `consent`.")
    attempt = Attempt(
        submission.verification_id, submission.user_key, submission.flow, policy.limits, submission.received_at
    )
    ports.attempts.reserve(attempt)
    try:
        return _attempt(policy, submission, plan, ports, attempt)
    except Exception:  # whatever it was: without an answer the attempt does not count
        ports.attempts.release(attempt)
        raise


def _attempt(policy: Policy, submission: Submission, plan: Plan, ports: Ports, attempt: Attempt) -> Decision:
    if "liveness" in plan.signals:
        submission = replace(submission, liveness=ports.claim_liveness(submission))
    with Gathering(plan, ports.signal_request(submission, plan.asked), ports.clock_s) as gathering:
        if policy.execution is Execution.FASTEST:
            gathering.start_all()
        judgement = judge(plan, gathering)
        known = gathering.known()
        decision = _decision(plan, policy, submission, judgement, gathering, ports.now())
    _make_real(plan, policy, submission, decision, known, ports, attempt)
    return decision


def _refused(policy: Policy, submission: Submission, plan: Plan, ports: Ports) -> Decision:
    """The applicant does not consent: nothing is looked at, the refusal is logged, and it is no failed attempt."""
    decision = Decision(
        verification_id=submission.verification_id,
        tenant=submission.tenant,
        flow=submission.flow,
        user_id=submission.user_id,
        user_key=submission.user_key,
        verdict=Verdict.CONSENT_REFUSED,
        reasons=(),
        results=(),
        not_reached=tuple(step.id for step in plan.flow.steps),
        policy_digest=policy.digest,
        engine_version=ENGINE_VERSION,
        decided_at=ports.now(),
        duration_ms=0.0,
        consent=submission.consent,
    )
    ports.log.append(ports.log.sign(decision, policy.retention))
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
        face_models=_face_models(known),
        signals=recorded_signals(known, gathering.missing(), plan.signals),
        extracted=extracted_fields(known),
        consent=submission.consent,
    )


def _face_models(known: Mapping[str, Any]) -> tuple[str, ...]:
    search = known.get("collection_search")
    return search.face_models if isinstance(search, CollectionSearch) else ()


def _make_real(
    plan: Plan,
    policy: Policy,
    submission: Submission,
    decision: Decision,
    known: Mapping[str, Any],
    ports: Ports,
    attempt: Attempt,
) -> None:
    """Two writes that do not need each other do not wait for each other; nor does an effect for the signature."""
    with ThreadPoolExecutor(max_workers=1) as pool:
        signed = pool.submit(ports.log.sign, decision, policy.retention).result
        if decision.verdict is Verdict.APPROVED and any(effect.phase is Phase.COMMIT for effect in plan.effects):
            images = _images(known)
            change = _change(plan, submission, images, ports)
            material = _material(plan, policy, submission, decision, signed, images)
            commit(change, material, ports.writing)
        else:
            appended = pool.submit(lambda: ports.log.append(signed()))
            if decision.verdict is Verdict.DENIED:
                ports.attempts.fail(attempt)
            elif decision.verdict is not Verdict.APPROVED:
                ports.attempts.release(attempt)
            appended.result()
    if decision.verdict is Verdict.APPROVED:
        ports.attempts.succeed(attempt)


def _images(known: Mapping[str, Any]) -> dict[str, Image]:
    """The pictures that were judged: with liveness, its reference image is the selfie."""
    cards = dict(zip(("id_card", "id_card_back"), known.get("id_card", ()), strict=False))
    return {"selfie": known["selfie"], **cards} if "selfie" in known else cards


def _change(plan: Plan, submission: Submission, images: Mapping[str, Image], ports: Ports) -> Change:
    change_id = ports.new_change_id()
    return Change(
        change_id=change_id,
        verification_id=submission.verification_id,
        tenant=submission.tenant,
        user_id=submission.user_id,
        user_key=submission.user_key,
        flow=submission.flow,
        creates=plan.creates,
        effects=plan.flow.effects,
        collection=ports.collection_for(submission.user_key),
        image_keys={kind: ports.image_key(submission.user_key, change_id, kind) for kind in images},
        started_at=submission.received_at,
    )


def _material(
    plan: Plan,
    policy: Policy,
    submission: Submission,
    decision: Decision,
    signed: Callable[[], SignedDecision],
    images: Mapping[str, Image],
) -> Material:
    return Material(
        images=images,
        properties={**submission.properties, **decision.extracted},
        decision=decision,
        signed=signed,
        keep_faces=policy.faces.max_per_user,
        retention=policy.retention,
        asked=plan.asked,
    )
