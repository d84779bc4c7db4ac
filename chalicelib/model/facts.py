"""The values that signals yield about faces: AWS's answers, typed and without what no check reads.

Percentages are 0-100, angles degrees, sizes pixels, boxes shares of the image (0-1), as AWS gives them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


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
