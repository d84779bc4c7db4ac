"""The values that signals yield: AWS's answers, typed and without what no check reads.

Percentages are 0-100, angles degrees, sizes pixels, boxes shares of the image (0-1), as AWS gives them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum

from chalicelib.model.consent import Consent
from chalicelib.model.deferred import BELIEVED_FOR, Deferred
from chalicelib.model.policy import WhileDeferred


@dataclass(frozen=True, slots=True)
class Box:
    """BoundingBox: shares of the image's width and height, 0-1 (may stick out a little)."""

    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Attribute:
    """A yes-or-no attribute such as Sunglasses, with how sure Rekognition is of that value (0-100)."""

    value: bool
    confidence: float


@dataclass(frozen=True, slots=True)
class Face:
    """One of DetectFaces' FaceDetails (Attributes=ALL). An attribute that AWS left out is None."""

    confidence: float
    box: Box
    yaw_deg: float | None = None
    pitch_deg: float | None = None
    roll_deg: float | None = None
    brightness: float | None = None
    sharpness: float | None = None
    sunglasses: Attribute | None = None
    eyes_open: Attribute | None = None
    face_occluded: Attribute | None = None


@dataclass(frozen=True, slots=True)
class FaceScan:
    """All faces that DetectFaces saw in the selfie, largest first, and the image's size as displayed."""

    faces: tuple[Face, ...]
    image_width_px: int
    image_height_px: int

    @property
    def main_face(self) -> Face | None:
        """The largest face: the one that CompareFaces, SearchFacesByImage and IndexFaces(MaxFaces=1) use."""
        return self.faces[0] if self.faces else None


@dataclass(frozen=True, slots=True)
class IdFaceMatch:
    """CompareFaces of the selfie against the ID card, asked with SimilarityThreshold 0.

    `similarity` is that of the card's best face; None when either picture shows no face.
    """

    similarity: float | None


@dataclass(frozen=True, slots=True)
class FoundFace:
    """A face of a collection, whoever it belongs to; an empty ExternalImageId belongs to nobody."""

    external_image_id: str
    face_id: str
    similarity: float


@dataclass(frozen=True, slots=True)
class CollectionSearch:
    """SearchFacesByImage over all the tenant's shards: raw, since ExternalImageId is only a hint.

    `searched_from` is the FaceMatchThreshold that was asked: nothing is known of faces below it.
    `face_found` is False when the selfie shows no face that can be searched for.
    `face_models` are the collections' FaceModelVersions.
    """

    faces: tuple[FoundFace, ...]
    searched_from: float
    face_found: bool = True
    face_models: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CollectionMatch:
    """A face of the tenant's collection that belongs to an active user's record; `own`: of the user it is about."""

    own: bool
    face_id: str
    similarity: float


@dataclass(frozen=True, slots=True)
class CollectionMatches:
    """What the search found of active users' faces, best first; `searched_from` and `face_found` are the search's."""

    matches: tuple[CollectionMatch, ...]
    searched_from: float
    face_found: bool = True


@dataclass(frozen=True, slots=True)
class BlockedFace:
    """A face that the tenant has blocked, by the block's id."""

    block_id: str
    similarity: float


@dataclass(frozen=True, slots=True)
class BlockedFaces:
    """What the search found of blocked faces, best first; `searched_from` and `face_found` are the search's."""

    matches: tuple[BlockedFace, ...]
    searched_from: float
    face_found: bool = True


@dataclass(frozen=True, slots=True)
class StoredFaceMatches:
    """CompareFaces of the selfie against every stored image of the user, asked with SimilarityThreshold 0.

    `similarities` is by face id; empty when the user is unknown or has no faces.
    """

    similarities: Mapping[str, float]
    face_found: bool = True


@dataclass(frozen=True, slots=True)
class IdField:
    """One of AnalyzeID's IdentityDocumentFields: the text as printed, and NormalizedValue when it is a date."""

    text: str
    confidence: float
    day: date | None = None


@dataclass(frozen=True, slots=True)
class IdDocument:
    """What AnalyzeID read, by AWS's field names (FIRST_NAME, DATE_OF_BIRTH, MRZ_CODE ...); empty texts dropped."""

    fields: Mapping[str, IdField]


class Agreement(StrEnum):
    """What comparing a printed field with the machine-readable zone gave."""

    AGREES = "agrees"
    DIFFERS = "differs"
    MISSING = "missing"  # not in print
    UNREADABLE = "unreadable"  # in print, but not understood as a date


@dataclass(frozen=True, slots=True)
class ZoneFacts:
    """The machine-readable zone against the print, without a word of what either says.

    `wrong_check_digits` are in the order of `Mrz`; `compared` is by AWS's field names. Both are empty when it is not
    `readable`.
    """

    readable: bool
    wrong_check_digits: tuple[str, ...] = ()
    compared: Mapping[str, Agreement] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DocumentFacts:
    """What checks judge an ID document by, without what it says: no names, no numbers, no dates.

    `confidences` (0-100) are those of the fields that have a text, by AWS's names. `type` is ID_TYPE as printed.
    `age_years` are completed years (negative: not born yet), `days_left` days from today to the last valid day; None
    when there is no such date. `zone` is None when there is no zone.
    `name_percent` is how much of the claimed name agrees with the printed one, and `name_without_middle_percent` the
    same without MIDDLE_NAME, which may be too unclear to count; None when nobody is claimed or no name is printed.
    """

    confidences: Mapping[str, float]
    type: str | None = None
    age_years: int | None = None
    days_left: int | None = None
    zone: ZoneFacts | None = None
    name_percent: float | None = None
    name_without_middle_percent: float | None = None


class LivenessStatus(StrEnum):
    """GetFaceLivenessSessionResults' Status, and why a session was not even asked for."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    EXPIRED = "expired"
    UNFINISHED = "unfinished"
    UNKNOWN = "unknown"  # no such session for this tenant and user
    USED = "used"  # it already decided another verification


@dataclass(frozen=True, slots=True)
class Liveness:
    """A Face Liveness session's result. `confidence` (0-100) only when SUCCEEDED; never shown to the applicant.

    `reference_image` holds the bytes of the picture that later steps compare.
    """

    status: LivenessStatus
    confidence: float | None = None
    reference_image: bytes | None = field(default=None, repr=False)


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
        """The record without what has expired by now, whether or not it is deleted already."""
        faces = tuple(face for face in self.faces if _is_before(now, face.expires_at))
        fields = self.fields if _is_before(now, self.fields_end_at) else {}
        return replace(self, faces=faces, fields=fields)

    def has_face(self, face_id: str, now: datetime) -> bool:
        """Whether this face counts as the user's now: the one rule by which a found face becomes a match."""
        faces = self.at(now).faces if self.is_registered else ()
        return any(face.face_id == face_id for face in faces)


def _is_before(now: datetime, end: datetime | None) -> bool:
    return end is None or now < end
