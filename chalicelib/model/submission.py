"""What an applicant hands in, after the HTTP layer has checked its form."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from chalicelib.model.consent import Consent
from chalicelib.model.facts import LivenessStatus
from chalicelib.model.images import Image


@dataclass(frozen=True, slots=True)
class LivenessClaim:
    """A liveness session that this verification has claimed, or why it could not (`refusal`)."""

    session_id: str
    refusal: LivenessStatus | None = None


@dataclass(frozen=True, slots=True)
class Submission:
    """One verification request of one tenant. The tenant comes from the credential."""

    verification_id: str
    tenant: str
    flow: str
    user_id: str
    received_at: datetime
    selfie: Image | None = None
    id_card: Image | None = None
    id_card_back: Image | None = None
    properties: Mapping[str, str] = field(default_factory=dict)
    consent: Consent | None = None
    liveness_session: str | None = None
    liveness: LivenessClaim | None = None  # filled in by the engine once it has claimed the session

    @property
    def user_key(self) -> str:
        return user_key(self.tenant, self.user_id)


def user_key(tenant: str, user_id: str) -> str:
    """The user's name towards AWS: 64 hexadecimal digits, fit for keys, prefixes and ExternalImageId.

    SHA-256, so two user ids never share one and the id itself (often an e-mail address) stays out of Rekognition.
    """
    return hashlib.sha256(f"{tenant}\0{user_id}".encode()).hexdigest()
