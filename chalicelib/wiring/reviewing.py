"""A tenant's reviews: looking at what was referred, and settling it, each with an entry in the audit log."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any

from chalicelib.engine import settle as engine
from chalicelib.errors import AwsError, ConflictError, NotFoundError
from chalicelib.model.decision import Decision, Verdict
from chalicelib.model.images import ImageRejectedError
from chalicelib.model.log import SignedDecision
from chalicelib.model.policy import Policy
from chalicelib.model.review import Review, Settlement, settlement_id
from chalicelib.model.submission import Submission
from chalicelib.wiring.tenant import Tenant

LOOKED_AT, SETTLED, ENDED = "review_looked_at", "review_settled", "review_ended"
_LINKS_GOOD_FOR_S = 60

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Look:
    """`verification` is the decision that was referred; `settlement` the one that settled it, both as the tenant sees
    them. `review` is there while it is open, with `links` to its pictures by kind, for `links_good_for_s`.
    """

    verification: Mapping[str, Any]
    review: Review | None = None
    links: Mapping[str, str] | None = None
    settlement: Mapping[str, Any] | None = None
    links_good_for_s: int = _LINKS_GOOD_FOR_S

    @property
    def status(self) -> str:
        return "open" if self.review else "settled" if self.settlement else "ended"


def page(tenant: Tenant, after: str | None, most: int, now: datetime) -> list[Review]:
    """Open reviews, oldest first, behind the one with the id `after`. Raises NotFoundError: there never was one."""
    behind = (_opened_at(tenant, after, now), after) if after else None
    return tenant.reviews.page(behind, most, now)


def look(tenant: Tenant, review_id: str, key_id: str, now: datetime) -> Look:
    """What there is to see of a review; that somebody looked is in the audit log before anything is shown.

    Raises NotFoundError.
    """
    opened_at = _opened_at(tenant, review_id, now)
    verification = tenant.decisions.get(review_id, now)
    settlement = settlement_of(tenant, review_id, now)
    review = None if settlement else tenant.reviews.get(opened_at, review_id, now)
    if review is None:
        return Look(verification, settlement=settlement)
    tenant.audit.note(LOOKED_AT, {"review": review_id, "key": key_id}, now, user_key=review.user_key)
    return Look(verification, review, _links(tenant, review))


def status_of(tenant: Tenant, review_id: str, now: datetime) -> dict[str, str]:
    """What became of a decision of `review`: what settled it; or it is `open`, or has `ended` unsettled."""
    settlement = settlement_of(tenant, review_id, now)
    if settlement is not None:
        return {"id": settlement["id"], "decision": settlement["decision"]}
    review = tenant.reviews.get(_opened_at(tenant, review_id, now), review_id, now)
    return {"id": settlement_id(review_id), "decision": "open" if review else "ended"}


def settlement_of(tenant: Tenant, review_id: str, now: datetime) -> dict[str, Any] | None:
    try:
        return tenant.decisions.get(settlement_id(review_id), now)
    except NotFoundError:
        return None


def settle(tenant: Tenant, review_id: str, verdict: Verdict, settlement: Settlement, now: datetime) -> dict[str, Any]:
    """Approve or deny what was referred; the decision that settles it, as the tenant sees it. Idempotent.

    Raises:
        NotFoundError: there was never such a review.
        ConflictError: it was settled otherwise, has ended, or what it was about has changed.
        AwsError: it is not settled, and nothing was approved.
    """
    opened_at = _opened_at(tenant, review_id, now)
    if (settled := settlement_of(tenant, review_id, now)) is None:
        review = tenant.reviews.get(opened_at, review_id, now)
        if review is None:
            raise ConflictError("review-ended", "This review has ended, or its user was erased: it cannot be settled.")
        with _claimed(tenant, review, now):
            _settle(tenant, review, verdict, settlement, now)
        _delete(tenant, review)
        settled = tenant.decisions.get(settlement_id(review_id), now)
    if settled["decision"] != verdict.value:
        raise ConflictError("review-settled", f"This review was settled before: {settled['decision']}.")
    return settled


def end(tenant: Tenant, name: str, now: datetime) -> None:
    """Delete what is kept of a review that is over. Idempotent. Raises AwsError if something stayed."""
    review = tenant.kept_reviews.end(name, now)
    if review and review.ends_at <= now and settlement_of(tenant, review.review_id, now) is None:
        tenant.audit.note(ENDED, {"review": review.review_id}, now, user_key=review.user_key)


def _opened_at(tenant: Tenant, review_id: str, now: datetime) -> datetime:
    """When the decision was logged that opened the review. Raises NotFoundError when there was none."""
    entry = tenant.decisions.receipt(review_id, now).entry
    if entry["details"]["decision"] != Verdict.REVIEW:
        raise NotFoundError("There is no such verification.")
    return datetime.fromisoformat(entry["at"])


def _links(tenant: Tenant, review: Review) -> dict[str, str]:
    """To the pictures that are still there."""
    folders = {key.rpartition("/")[0] for key in review.image_keys.values()}
    there = {key for folder in folders for key in tenant.pictures.are_there(folder)}
    keys = {kind: key for kind, key in review.image_keys.items() if key in there}
    return {kind: tenant.picture_link(key, _LINKS_GOOD_FOR_S) for kind, key in keys.items()}


@contextmanager
def _claimed(tenant: Tenant, review: Review, now: datetime) -> Iterator[None]:
    tenant.reviews.claim(review, now)
    try:
        yield
    except Exception:
        try:
            tenant.reviews.release(review, now)
        except AwsError as error:  # then it can be settled in a minute
            _log.warning("review %s was not released: %s", review.review_id, error.code)
        raise


def _settle(tenant: Tenant, review: Review, verdict: Verdict, settlement: Settlement, now: datetime) -> None:
    policy, entry = tenant.policy(), tenant.decisions.receipt(review.review_id, now).entry
    submission = _submission(tenant, review, now)
    this = engine.Settling(
        review=review,
        settlement=settlement,
        submission=submission,
        sign=partial(_signed, tenant, policy, review),
        extracted=tenant.decisions.get(review.review_id, now)["extracted"],
        known_lookalikes=_faces_found(entry["details"].get("signals", {})),
    )
    ports = tenant.ports(policy)
    if verdict is Verdict.DENIED:
        engine.deny(this, policy, ports)
        return
    engine.approve(
        replace(this, submission=_with_pictures(tenant, review, submission)),
        policy,
        tenant.users.get(review.user_key),
        tenant.plugins,
        ports,
    )


def _signed(tenant: Tenant, policy: Policy, review: Review, decision: Decision) -> SignedDecision:
    assert decision.settlement is not None
    details = {
        "review": review.review_id,
        "verification": decision.verification_id,
        "decision": decision.verdict.value,
        "key": decision.settlement.key_id,
    }
    audited = tenant.audit.sign(SETTLED, details, decision.decided_at, user_key=review.user_key)
    return replace(tenant.decisions.sign(decision, policy.retention), review=review, audited=audited)


def _submission(tenant: Tenant, review: Review, now: datetime) -> Submission:
    return Submission(
        verification_id=settlement_id(review.review_id),
        tenant=tenant.name,
        flow=review.flow,
        user_id=review.user_id,
        received_at=now,
        properties=review.properties,
        consent=review.consent,
    )


def _with_pictures(tenant: Tenant, review: Review, submission: Submission) -> Submission:
    """Raises ConflictError unless all that was judged is there and can be read."""
    try:
        images = {kind: tenant.pictures.read(key) for kind, key in review.image_keys.items()}
    except (NotFoundError, ImageRejectedError):
        images = {}
    if not images:
        text = "The pictures are gone or cannot be read, so there is nothing to approve; let the person try again."
        raise ConflictError("review-pictures-gone", text)
    return replace(
        submission,
        selfie=images.get("selfie"),
        id_card=images.get("id_card"),
        id_card_back=images.get("id_card_back"),
    )


def _faces_found(signals: Mapping[str, Any]) -> frozenset[str]:
    """The ids of the registered faces that were alike: whoever approves had the finding before them."""
    found = signals.get("collection_matches") or {"matches": ()}
    return frozenset(match["face_id"] for match in found["matches"])


def _delete(tenant: Tenant, review: Review) -> None:
    """The sweep finds what stays."""
    try:
        tenant.kept_reviews.delete(review)
    except AwsError as error:
        _log.warning("what was kept of review %s waits for the sweep: %s", review.review_id, error.code)
