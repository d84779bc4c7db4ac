"""What is wrong with what is kept of a tenant's reviews: pure rules, and reading what they need."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from chalicelib.store.records import RECOVERY_DELAY
from chalicelib.store.reviews import KeptReview, State
from cli.doctor.diagnose import Finding, Kind
from cli.doctor.holdings import Picture


def diagnose_reviews(kept: Iterable[KeptReview], pictures: Iterable[Picture], now: datetime) -> Iterator[Finding]:
    """`pictures` are all versions of those below the tenant's reviews. What is being made or deleted is not judged."""
    there, listed = list(pictures), set[str]()
    readable = {picture.key for picture in there if picture.is_there}
    for one in kept:
        review = one.review
        listed |= set(review.image_keys.values())
        if _is_stale(one, now):
            yield Finding(Kind.REVIEW_STALE, review.user_key, one.name)
        elif one.state is State.OPEN:
            for key in sorted(set(review.image_keys.values()) - readable):
                yield Finding(Kind.REVIEW_PICTURE_MISSING, review.user_key, key)
    for picture in there:
        if picture.key not in listed:
            yield Finding(Kind.ORPHAN_PICTURE, picture.key.split("/")[2], picture.key, picture.version_id)


def _is_stale(kept: KeptReview, now: datetime) -> bool:
    if kept.state is State.OPEN:
        return kept.review.ends_at + RECOVERY_DELAY <= now
    return kept.review.opened_at + RECOVERY_DELAY <= now
