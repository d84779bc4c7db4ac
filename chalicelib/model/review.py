"""A decision of `review` that somebody of the tenant has to settle: what is kept of it until then."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from chalicelib.model.consent import Consent
from chalicelib.model.policy import Retention

SETTLED_BY_REVIEWER = "reviewer"  # the step and the code of a denial's reason
DENIED_BY_REVIEWER = "denied_by_reviewer"


@dataclass(frozen=True, slots=True)
class Review:
    """`review_id` is the verification that was referred. `image_keys` are the judged pictures by kind (selfie, id_card,
    id_card_back). `face_ids` are those of the user's record when it was decided, the oldest first; none for a new user.

    From `ends_at` on it cannot be settled any more, and what is kept of it is deleted.
    """

    review_id: str
    flow: str
    user_id: str
    user_key: str
    opened_at: datetime
    ends_at: datetime
    image_keys: Mapping[str, str]
    face_ids: tuple[str, ...] = ()
    properties: Mapping[str, str] = field(default_factory=dict, repr=False)
    consent: Consent | None = None


@dataclass(frozen=True, slots=True)
class Settlement:
    """Who settled a review: the key's id. `reason` is for the tenant's own eyes, and erased with the user."""

    key_id: str
    reason: str = field(repr=False)


def settlement_id(review_id: str) -> str:
    """The id of the decision that settles it: known beforehand, so there is only one."""
    return uuid.uuid5(uuid.NAMESPACE_OID, f"settlement of {review_id}").hex


def end_of(opened_at: datetime, retention: Retention) -> datetime:
    """A review is open for as long as its pictures are kept, and its decision."""
    return opened_at + timedelta(days=min(retention.images_days, retention.decisions_days))
