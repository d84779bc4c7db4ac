"""A tenant's reviews: what was referred, to be looked at, with an entry in the audit log; and its end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chalicelib.errors import NotFoundError
from chalicelib.model.decision import Verdict
from chalicelib.model.review import Review, settlement_id
from chalicelib.wiring.tenant import Tenant

LOOKED_AT, ENDED = "review_looked_at", "review_ended"
_LINKS_GOOD_FOR_S = 60


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
    behind = (opened_at(tenant, after, now), after) if after else None
    return tenant.reviews.page(behind, most, now)


def look(tenant: Tenant, review_id: str, key_id: str, now: datetime) -> Look:
    """What there is to see of a review; that somebody looked is in the audit log before anything is shown.

    Raises NotFoundError.
    """
    opened = opened_at(tenant, review_id, now)
    verification = tenant.decisions.get(review_id, now)
    settlement = settlement_of(tenant, review_id, now)
    review = None if settlement else tenant.reviews.get(opened, review_id, now)
    if review is None:
        return Look(verification, settlement=settlement)
    tenant.audit.note(LOOKED_AT, {"review": review_id, "key": key_id}, now, user_key=review.user_key)
    return Look(verification, review, _links(tenant, review))


def status_of(tenant: Tenant, review_id: str, now: datetime) -> dict[str, str]:
    """What became of a decision of `review`: what settled it; or it is `open`, or has `ended` unsettled."""
    settlement = settlement_of(tenant, review_id, now)
    if settlement is not None:
        return {"id": settlement["id"], "decision": settlement["decision"]}
    review = tenant.reviews.get(opened_at(tenant, review_id, now), review_id, now)
    return {"id": settlement_id(review_id), "decision": "open" if review else "ended"}


def settlement_of(tenant: Tenant, review_id: str, now: datetime) -> dict[str, Any] | None:
    try:
        return tenant.decisions.get(settlement_id(review_id), now)
    except NotFoundError:
        return None


def end(tenant: Tenant, name: str, now: datetime) -> None:
    """Delete what is kept of a review that is over. Idempotent. Raises AwsError if something stayed."""
    review = tenant.kept_reviews.end(name, now)
    if review and review.ends_at <= now and settlement_of(tenant, review.review_id, now) is None:
        tenant.audit.note(ENDED, {"review": review.review_id}, now, user_key=review.user_key)


def opened_at(tenant: Tenant, review_id: str, now: datetime) -> datetime:
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
