"""What the submission itself tells, and the stored user."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date

from chalicelib.errors import BadImageError, SignalMissingError
from chalicelib.model.facts import Liveness, LivenessStatus
from chalicelib.model.images import Image, ImageRejectedError, read_image
from chalicelib.model.user import User
from chalicelib.signals.request import SignalRequest


def selfie(request: SignalRequest, *, liveness: Liveness | None = None) -> Image:
    """The picture of the face: with liveness its reference image, else the one that was sent."""
    if liveness is not None:
        if liveness.status is not LivenessStatus.SUCCEEDED or not liveness.reference_image:
            raise SignalMissingError("the liveness session has no reference image")
        try:
            return read_image(liveness.reference_image)
        except ImageRejectedError as rejected:
            raise SignalMissingError("the liveness session's reference image cannot be used") from rejected
    if request.submission.selfie is None:
        raise BadImageError("missing-field", "The flow needs selfie in the request.", "selfie")
    return request.submission.selfie


def id_card(request: SignalRequest) -> tuple[Image, ...]:
    """The ID card: front, and back if it was sent."""
    sides = (request.submission.id_card, request.submission.id_card_back)
    return tuple(side for side in sides if side is not None)


def properties(request: SignalRequest) -> Mapping[str, str]:
    """What the request claims of the applicant."""
    return request.submission.properties


def today(request: SignalRequest) -> date:
    """The day on which the request came in (UTC)."""
    return request.submission.received_at.astimezone(UTC).date()


def user_key(request: SignalRequest) -> str:
    """The key of the user whom the request is about."""
    return request.submission.user_key


def user(request: SignalRequest, *, user_key: str) -> User | None:
    """The stored user, if there is a registered one, without what has expired."""
    record = request.users.get(user_key)
    return record.at(request.submission.received_at) if record and record.is_registered else None
