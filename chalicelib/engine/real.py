"""Make a decision real: an approval's effects, or only its entry in the log; and what it means for the attempts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Future, wait
from dataclasses import dataclass, replace
from typing import Any

from chalicelib.engine.ahead import Ahead, images_of
from chalicelib.engine.commit import Begun, commit, finish
from chalicelib.engine.plan import Plan
from chalicelib.engine.ports import Ports
from chalicelib.model.attempt import Attempt
from chalicelib.model.change import Change, Material, Phase
from chalicelib.model.decision import Decision, Verdict
from chalicelib.model.images import Image
from chalicelib.model.log import SignedDecision
from chalicelib.model.policy import Policy
from chalicelib.model.submission import Submission
from chalicelib.model.user import User


@dataclass(frozen=True, slots=True)
class Verification:
    """What one verification is about: all that is known before anything is read."""

    plan: Plan
    policy: Policy
    submission: Submission
    attempt: Attempt
    ports: Ports


def make_real(this: Verification, decision: Decision, known: Mapping[str, Any], ahead: Ahead) -> None:
    """Writes that do not need each other do not wait for each other; nor does an effect for the signature.

    No answer may leave before it is counted. An approval that cannot be made real then was no failure either.
    """
    ports, verdict = this.ports, decision.verdict
    attempts, log = ports.attempts, ports.log
    settle = {Verdict.APPROVED: attempts.succeed, Verdict.DENIED: attempts.fail}.get(verdict, attempts.release)
    signing = ports.threads.start(log.sign, decision, this.policy.retention)
    beside: list[Future[Any]] = [signing, ports.threads.start(settle, this.attempt)]
    try:
        if verdict is Verdict.APPROVED and any(effect.phase is Phase.COMMIT for effect in this.plan.effects):
            write(this, signing.result, images_of(known), ahead.begun())
        else:
            beside.append(ports.threads.start(ahead.take_back))
            if verdict is Verdict.REVIEW:
                _refer(this, decision, known, signing.result)
            else:
                log.append(signing.result())
    finally:
        wait(beside)
    for future in beside:
        future.result()


def prepared(this: Verification, images: Mapping[str, Image]) -> tuple[Change, Material]:
    """What is made ahead of the decision."""
    return _change(this, images), replace(_material(this, images), ahead=True)


def write(
    this: Verification,
    signed: Callable[[], SignedDecision],
    images: Mapping[str, Image],
    begun: Begun | None = None,
    known_lookalikes: frozenset[str] = frozenset(),
) -> None:
    """Run an approval's effects, the log's entry among them; `begun` is what was made ahead. Raises as `commit`.

    What is left to be done then, recovery does: deferred steps, and faces that were let go of.
    """
    material = replace(_material(this, images), signed=signed, known_lookalikes=known_lookalikes)
    if begun is not None:
        leaves = finish(begun, material, this.ports.writing)
    else:
        leaves = commit(_change(this, images), material, this.ports.writing)
    if leaves or this.plan.deferred:
        this.ports.call_recovery(this.submission.user_key)


def images_in(submission: Submission) -> dict[str, Image]:
    """Its pictures by kind."""
    given = {kind: getattr(submission, kind) for kind in ("selfie", "id_card", "id_card_back")}
    return {kind: image for kind, image in given.items() if image is not None}


def _refer(
    this: Verification, decision: Decision, known: Mapping[str, Any], signed: Callable[[], SignedDecision]
) -> None:
    """Keep what a reviewer needs, then log the decision, which opens the review."""
    user = known.get("user")
    face_ids = tuple(face.face_id for face in user.faces) if isinstance(user, User) else ()
    reviews, retention = this.ports.reviews, this.policy.retention
    review = reviews.keep(decision, images_of(known), this.submission.properties, face_ids, retention)
    try:
        this.ports.log.append(replace(signed(), review=review))
    except Exception:
        reviews.drop(review)
        raise


def _change(this: Verification, images: Mapping[str, Image]) -> Change:
    submission, ports, change_id = this.submission, this.ports, this.ports.new_change_id()
    return Change(
        change_id=change_id,
        verification_id=submission.verification_id,
        tenant=submission.tenant,
        user_id=submission.user_id,
        user_key=submission.user_key,
        flow=submission.flow,
        creates=this.plan.creates,
        effects=this.plan.flow.effects,
        collection=ports.collection_for(submission.user_key),
        image_keys={kind: ports.image_key(submission.user_key, change_id, kind) for kind in images},
        started_at=submission.received_at,
    )


def _material(this: Verification, images: Mapping[str, Image]) -> Material:
    """Without what only the decision brings."""
    return Material(
        images=images,
        properties=this.submission.properties,
        signed=_undecided,
        keep_faces=this.policy.faces.max_per_user,
        retention=this.policy.retention,
        asked=this.plan.asked,
    )


def _undecided() -> SignedDecision:
    raise RuntimeError("nothing is decided yet, so there is nothing to commit")
