"""Reviews with their pictures, which are below a prefix of their own: no face was made from them."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from uuid import uuid4

from chalicelib.errors import AwsError
from chalicelib.model.decision import Decision
from chalicelib.model.images import Image
from chalicelib.model.policy import Retention
from chalicelib.model.review import Review, end_of
from chalicelib.store.pictures import Pictures
from chalicelib.store.reviews import Reviews


def folder_of_reviews(tenant: str, user_key: str) -> str:
    return f"{tenant}/reviews/{user_key}/"


class KeptReviews:
    def __init__(self, reviews: Reviews, pictures: Pictures) -> None:
        self._reviews = reviews
        self._pictures = pictures

    def keep(
        self,
        decision: Decision,
        images: Mapping[str, Image],
        properties: Mapping[str, str],
        face_ids: tuple[str, ...],
        retention: Retention,
    ) -> Review:
        """Keep what settling takes, before the decision is logged: only that opens the review.

        Raises AwsError; what is left then is gone when the review's making counts as crashed.
        """
        folder = f"{folder_of_reviews(decision.tenant, decision.user_key)}{uuid4().hex}"
        review = Review(
            review_id=decision.verification_id,
            flow=decision.flow,
            user_id=decision.user_id,
            user_key=decision.user_key,
            opened_at=decision.decided_at,
            ends_at=end_of(decision.decided_at, retention),
            image_keys={kind: f"{folder}/{kind}" for kind in images},
            face_ids=face_ids,
            properties=properties,
            consent=decision.consent,
        )
        self._reviews.add(review)
        try:
            pictures = {review.image_keys[kind]: image for kind, image in images.items()}
            self._pictures.store(pictures, retention.images_days)
        except AwsError:
            self.drop(review)
            raise
        return review

    def drop(self, review: Review) -> None:
        """Forget a review whose decision could not be logged; what cannot be done now the sweep does."""
        with suppress(AwsError):
            if self._reviews.give_up(review):
                self.delete(review)

    def end(self, name: str, now: datetime) -> Review | None:
        """See `Reviews.end`; nothing is left of it afterwards."""
        review = self._reviews.end(name, now)
        if review is not None:
            self.delete(review)
        return review

    def delete(self, review: Review) -> None:
        """Pictures first: while there are any, the item tells where. Idempotent."""
        self._pictures.delete(review.image_keys.values())
        self._reviews.remove(review)
