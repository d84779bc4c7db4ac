"""A user's record, and the one rule by which a face counts as the user's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from chalicelib.model.consent import Consent
from chalicelib.model.deferred import BELIEVED_FOR, Deferred
from chalicelib.model.policy import WhileDeferred


class UserStatus(StrEnum):
    PENDING = "pending"  # being made; treated as not there
    PROVISIONAL = "provisional"  # approved, with deferred steps open
    ACTIVE = "active"
    REVOKED = "revoked"
    ERASING = "erasing"  # all that is held of it is being deleted; nobody can register under its id meanwhile
    EXPIRED = "expired"  # no face is left of it: it must register again


@dataclass(frozen=True, slots=True)
class StoredFace:
    """A face of a user: where its picture and its entry in the collection are, and which verification admitted it.

    From `expires_at` on (None: never) it counts for nothing, also while it is not yet deleted.
    """

    face_id: str
    collection: str
    image_key: str
    face_model_version: str
    indexed_at: datetime
    verification_id: str
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class User:
    """A user's record. `faces` are oldest first; `consent` is the latest that was given.

    `properties` are what the tenant claimed, `fields` what was read off a document, until `fields_end_at`.
    """

    user_id: str
    user_key: str
    status: UserStatus
    faces: tuple[StoredFace, ...] = ()
    properties: Mapping[str, str] = field(default_factory=dict)
    created_at: datetime | None = None
    last_authenticated_at: datetime | None = None
    consent: Consent | None = None
    fields: Mapping[str, str] = field(default_factory=dict)
    fields_end_at: datetime | None = None
    deferred: Deferred | None = None

    @property
    def is_registered(self) -> bool:
        return self.status in (UserStatus.ACTIVE, UserStatus.PROVISIONAL)

    def may_authenticate(self, while_deferred: WhileDeferred, now: datetime) -> bool:
        """Deferred steps that are open for too long are as good as failed."""
        if self.deferred is None or self.status is not UserStatus.PROVISIONAL:
            return self.status is UserStatus.ACTIVE
        return while_deferred is WhileDeferred.ALLOW and now < self.deferred.since + BELIEVED_FOR

    def at(self, now: datetime) -> User:
        """The record without what has expired by now, whether or not it is deleted already. What was claimed of a
        person, and their consent, end with the last face.
        """
        faces = tuple(face for face in self.faces if _is_before(now, face.expires_at))
        fields = self.fields if _is_before(now, self.fields_end_at) else {}
        left = replace(self, faces=faces, fields=fields)
        return replace(left, properties={}, consent=None) if self.faces and not faces else left

    def has_face(self, face_id: str, now: datetime) -> bool:
        """Whether this face counts as the user's now: the one rule by which a found face becomes a match."""
        faces = self.at(now).faces if self.is_registered else ()
        return any(face.face_id == face_id for face in faces)


def _is_before(now: datetime, end: datetime | None) -> bool:
    return end is None or now < end
