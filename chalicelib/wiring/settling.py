"""Settling a tenant's reviews: once, by whoever comes first, with an entry in both logs."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
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
from chalicelib.wiring.reviewing import opened_at, settlement_of
from chalicelib.wiring.tenant import Tenant

SETTLED = "review_settled"

_log = logging.getLogger(__name__)


def settle(tenant: Tenant, review_id: str, verdict: Verdict, settlement: Settlement, now: datetime) -> dict[str, Any]:
    """Approve or deny what was referred; the decision that settles it, as the tenant sees it. Idempotent.

    Raises:
        NotFoundError: there was never such a review.
        ConflictError: it was settled otherwise, has ended, or what it was about has changed.
        AwsError: it is not settled, and nothing was approved.
    """
    opened = opened_at(tenant, review_id, now)
    if (settled := settlement_of(tenant, review_id, now)) is None:
        review = tenant.reviews.get(opened, review_id, now)
        if review is None:
            raise ConflictError("review-ended", "This review has ended, or its user was erased: it cannot be settled.")
        with _claimed(tenant, review, now):
            _settle(tenant, review, verdict, settlement, now)
        _delete(tenant, review)
        settled = tenant.decisions.get(settlement_id(review_id), now)
    if settled["decision"] != verdict.value:
        raise ConflictError("review-settled", f"This review was settled before: {settled['decision']}.")
    return settled


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
