"""What Rekognition tells. https://docs.aws.amazon.com/rekognition/latest/APIReference/Welcome.html"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from chalicelib.errors import AwsMisconfiguredError, AwsRefusedError, BadImageError
from chalicelib.model.change import user_key_of
from chalicelib.model.facts import (
    Attribute,
    Box,
    CollectionMatch,
    CollectionMatches,
    Face,
    FaceScan,
    IdFaceMatch,
    Liveness,
    LivenessStatus,
    StoredFaceMatches,
    User,
    UserStatus,
)
from chalicelib.model.images import Image
from chalicelib.signals.request import SignalRequest

_BAD_IMAGE = {"InvalidImageFormatException", "ImageTooLargeException", "InvalidS3ObjectException"}
_NO_FACE = "InvalidParameterException"
_MAX_MATCHES = 20  # a face's look-alikes at or above the threshold, in one shard
_SIDE_BY_SIDE = 8
_LIVENESS = {
    "SUCCEEDED": LivenessStatus.SUCCEEDED,
    "FAILED": LivenessStatus.FAILED,
    "EXPIRED": LivenessStatus.EXPIRED,
}
T = TypeVar("T")
R = TypeVar("R")


def selfie_faces(request: SignalRequest, *, selfie: Image) -> FaceScan:
    """All faces in the selfie, with pose, quality and attributes."""
    parameters = {"Image": {"Bytes": selfie.content}, "Attributes": ["ALL"]}
    answer = _look(request, "detect_faces", parameters, "selfie")
    faces = sorted((_face(details) for details in answer["FaceDetails"]), key=_area, reverse=True)
    return FaceScan(tuple(faces), selfie.width_px, selfie.height_px)


def id_face(request: SignalRequest, *, selfie: Image, id_card: tuple[Image, ...]) -> IdFaceMatch:
    """How similar the selfie is to the portrait on the ID card's front."""
    target = {"Bytes": id_card[0].content}
    return IdFaceMatch(_similarity(request, selfie, target, "id_card"))


def stored_face_matches(request: SignalRequest, *, selfie: Image, user: User | None) -> StoredFaceMatches:
    """How similar the selfie is to every stored picture of the user, never to a random one."""

    def compare(image_key: str) -> float | None:
        target = {"S3Object": {"Bucket": request.images_bucket, "Name": image_key}}
        return _similarity(request, selfie, target, "selfie")

    faces = user.faces if user else ()
    found = _side_by_side(compare, [face.image_key for face in faces])
    pairs = zip(faces, found, strict=True)
    similarities = {face.face_id: similarity for face, similarity in pairs if similarity is not None}
    return StoredFaceMatches(similarities, face_found=bool(similarities) or not faces)


def collection_matches(request: SignalRequest, *, selfie: Image) -> CollectionMatches:
    """Active users whose face is like the selfie's, over all the tenant's collections."""
    searched_from = request.asked["FaceMatchThreshold"]

    def search(collection: str) -> list[dict[str, Any]] | None:
        parameters = {
            "CollectionId": collection,
            "Image": {"Bytes": selfie.content},
            "FaceMatchThreshold": searched_from,
            "MaxFaces": _MAX_MATCHES,
            "QualityFilter": "NONE",
        }
        try:
            return list(_look(request, "search_faces_by_image", parameters, "selfie")["FaceMatches"])
        except AwsRefusedError as refused:
            if refused.code == _NO_FACE:
                return None
            raise

    found = _side_by_side(search, request.collections)
    if any(matches is None for matches in found):
        return CollectionMatches((), searched_from, face_found=False)
    hits = [hit for matches in found for hit in matches or ()]
    return CollectionMatches(_active(hits, request), searched_from)


def liveness(request: SignalRequest) -> Liveness:
    """The result of the Face Liveness session that this verification has claimed."""
    claim = request.submission.liveness
    if claim is None or claim.refusal is not None:
        return Liveness(claim.refusal if claim and claim.refusal else LivenessStatus.UNKNOWN)
    try:
        answer = request.aws("rekognition", "get_face_liveness_session_results", {"SessionId": claim.session_id})
    except (AwsRefusedError, AwsMisconfiguredError) as error:
        if error.code == "SessionNotFoundException":
            return Liveness(LivenessStatus.UNKNOWN)
        raise
    status = _LIVENESS.get(answer["Status"], LivenessStatus.UNFINISHED)
    if status is not LivenessStatus.SUCCEEDED:
        return Liveness(status)
    return Liveness(status, answer.get("Confidence"), answer.get("ReferenceImage", {}).get("Bytes"))


def _active(hits: Iterable[Mapping[str, Any]], request: SignalRequest) -> tuple[CollectionMatch, ...]:
    """ExternalImageId is a hint; a face counts when its user's record is active and lists it."""
    faces = [(user_key_of(hit["Face"].get("ExternalImageId", "")), hit) for hit in hits]
    users = request.users.get_many({key for key, _ in faces}) if faces else {}
    matches = [
        CollectionMatch(key, hit["Face"]["FaceId"], float(hit["Similarity"]))
        for key, hit in faces
        if _owns(users.get(key), hit["Face"]["FaceId"])
    ]
    return tuple(sorted(matches, key=lambda match: match.similarity, reverse=True))


def _owns(user: User | None, face_id: str) -> bool:
    if user is None or user.status is not UserStatus.ACTIVE:
        return False
    return any(face.face_id == face_id for face in user.faces)


def _similarity(request: SignalRequest, selfie: Image, target: Mapping[str, Any], field: str) -> float | None:
    """The best face's similarity in percent; None when either picture shows no face.

    Asked from 0, so that the observed value is known also when it is below the limit.
    """
    parameters = {
        "SourceImage": {"Bytes": selfie.content},
        "TargetImage": target,
        "SimilarityThreshold": 0,
        "QualityFilter": "NONE",
    }
    try:
        answer = _look(request, "compare_faces", parameters, field)
    except AwsRefusedError as refused:
        if refused.code == _NO_FACE:
            return None
        raise
    return max((float(match["Similarity"]) for match in answer["FaceMatches"]), default=None)


def _look(request: SignalRequest, operation: str, parameters: Mapping[str, Any], field: str) -> dict[str, Any]:
    """Call Rekognition; a picture that it cannot use is the applicant's to replace."""
    try:
        return request.aws("rekognition", operation, parameters)
    except AwsRefusedError as refused:
        if refused.code in _BAD_IMAGE:
            raise BadImageError("image-unusable", f"The picture {field} cannot be read; send another.", field) from None
        raise


def _side_by_side(call: Callable[[T], R], items: Iterable[T]) -> list[R]:
    things = list(items)
    if len(things) < 2:
        return [call(thing) for thing in things]
    with ThreadPoolExecutor(min(len(things), _SIDE_BY_SIDE), thread_name_prefix="signal-part") as pool:
        return list(pool.map(call, things))


def _area(face: Face) -> float:
    return face.box.width * face.box.height


def _face(details: Mapping[str, Any]) -> Face:
    box, pose, quality = details["BoundingBox"], details.get("Pose", {}), details.get("Quality", {})
    return Face(
        confidence=float(details["Confidence"]),
        box=Box(box["Left"], box["Top"], box["Width"], box["Height"]),
        yaw_deg=pose.get("Yaw"),
        pitch_deg=pose.get("Pitch"),
        roll_deg=pose.get("Roll"),
        brightness=quality.get("Brightness"),
        sharpness=quality.get("Sharpness"),
        sunglasses=_attribute(details, "Sunglasses"),
        eyes_open=_attribute(details, "EyesOpen"),
        face_occluded=_attribute(details, "FaceOccluded"),
    )


def _attribute(details: Mapping[str, Any], name: str) -> Attribute | None:
    attribute = details.get(name)
    return Attribute(bool(attribute["Value"]), float(attribute["Confidence"])) if attribute else None
