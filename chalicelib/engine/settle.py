"""Settle a review: an approval by a reviewer becomes real as any other does, a denial is only logged.

Nothing is judged again: somebody has. But an approval needs all that an ordinary one would have had, as it was then.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from chalicelib.engine.decision import unjudged
from chalicelib.engine.plan import plan_flow
from chalicelib.engine.ports import Ports
from chalicelib.engine.real import Verification, images_in, write
from chalicelib.errors import ConflictError
from chalicelib.model.attempt import Attempt
from chalicelib.model.change import Phase
from chalicelib.model.decision import Decision, Reason, Verdict
from chalicelib.model.log import SignedDecision
from chalicelib.model.plugins import Plugins
from chalicelib.model.policy import Policy
from chalicelib.model.review import DENIED_BY_REVIEWER, SETTLED_BY_REVIEWER, Review, Settlement
from chalicelib.model.submission import Submission
from chalicelib.model.user import User


@dataclass(frozen=True, slots=True)
class Settling:
    """`submission` is what was kept, as the verification that settles the review. `extracted` is what a document said.

    `known_lookalikes` are the faces that were found alike when the review was opened.
    `sign` makes the log's entry, with what is written beside it.
    """

    review: Review
    settlement: Settlement
    submission: Submission
    sign: Callable[[Decision], SignedDecision]
    extracted: Mapping[str, str] = field(default_factory=dict, repr=False)
    known_lookalikes: frozenset[str] = frozenset()


def deny(this: Settling, policy: Policy, ports: Ports) -> None:
    """Raises ConflictError when the review is not open any more."""
    reasons = (Reason(SETTLED_BY_REVIEWER, DENIED_BY_REVIEWER),)
    ports.log.append(this.sign(_decision(this, policy, Verdict.DENIED, ports.now(), reasons=reasons)))


def approve(this: Settling, policy: Policy, user: User | None, plugins: Plugins, ports: Ports) -> None:
    """`user` is the record as it is now.

    Raises:
        ConflictError: `review-stale` when the policy or the user is not what it was; and as any approval does.
        AwsError: nothing was approved and nothing is left behind.
    """
    review, submission = this.review, this.submission
    flow = policy.flows.get(review.flow)
    if flow is None:
        raise _stale("The policy has no such flow any more.")
    plan = plan_flow(flow, plugins)
    images = images_in(submission)
    if any(name not in images for effect in plan.effects for name in effect.inputs):
        raise _stale("The policy asks for pictures by now that were not handed in.")
    if not plan.creates and not _is_as_then(user, review, policy, submission.received_at):
        raise _stale("The user is not registered, or has changed since; let the person try again.")
    attempt = Attempt(submission.verification_id, review.user_key, review.flow, policy.limits, submission.received_at)
    verification = Verification(plan, policy, submission, attempt, ports)
    signed = this.sign(
        _decision(this, policy, Verdict.APPROVED, ports.now(), extracted=this.extracted, deferred=plan.deferred)
    )
    if any(effect.phase is Phase.COMMIT for effect in plan.effects):
        write(verification, lambda: signed, images, known_lookalikes=this.known_lookalikes)
    else:
        ports.log.append(signed)


def _is_as_then(user: User | None, review: Review, policy: Policy, now: datetime) -> bool:
    if user is None or not user.may_authenticate(policy.while_deferred, now):
        return False
    return tuple(face.face_id for face in user.faces) == review.face_ids


def _decision(
    this: Settling,
    policy: Policy,
    verdict: Verdict,
    now: datetime,
    *,
    reasons: tuple[Reason, ...] = (),
    extracted: Mapping[str, str] | None = None,
    deferred: tuple[str, ...] = (),
) -> Decision:
    return replace(
        unjudged(policy, this.submission, verdict, now),
        reasons=reasons,
        deferred=deferred,
        follows=this.review.review_id,
        extracted=extracted or {},
        settlement=this.settlement,
    )


def _stale(text: str) -> ConflictError:
    return ConflictError("review-stale", text)
