"""What Rekognition tells. https://docs.aws.amazon.com/rekognition/latest/APIReference/Welcome.html"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from chalicelib.errors import AwsRefusedError, BadImageError
from chalicelib.model.change import user_key_of
from chalicelib.model.facts import (
    CollectionMatch,
    CollectionMatches,
    FaceScan,
    IdFaceMatch,
    Liveness,
    LivenessStatus,
    StoredFaceMatches,
    User,
    UserStatus,
)
from chalicelib.model.images import Image
from chalicelib.signals.calls import NO_FACE, NO_OBJECT, look, side_by_side
from chalicelib.signals.faces import area, box_of, face_of, number
from chalicelib.signals.request import SignalRequest

# Far more than a person has: faces of half-made and foreign records are dropped later and must not crowd theirs out.
_MAX_MATCHES = 100
_LIVENESS = {
    "CREATED": LivenessStatus.UNFINISHED,
    "IN_PROGRESS": LivenessStatus.UNFINISHED,
    "SUCCEEDED": LivenessStatus.SUCCEEDED,
    "FAILED": LivenessStatus.FAILED,
    "EXPIRED": LivenessStatus.EXPIRED,
}

Answer = dict[str, Any]


def selfie_faces(request: SignalRequest, *, selfie: Image) -> FaceScan:
    """All faces in the selfie, with pose, quality and attributes."""
    parameters = {"Image": {"Bytes": selfie.content}, "Attributes": ["ALL"]}
    answer = look(request.aws, "rekognition", "detect_faces", parameters, "selfie")
    faces = sorted(map(face_of, answer["FaceDetails"]), key=lambda face: area(face.box), reverse=True)
    return FaceScan(tuple(faces), selfie.width_px, selfie.height_px)


def id_face(request: SignalRequest, *, selfie: Image, id_card: tuple[Image, ...]) -> IdFaceMatch:
    """How similar the selfie is to the portrait on the ID card's front."""
    try:
        answer = _compare(request, selfie, {"Bytes": id_card[0].content}, "id_card")
    except BadImageError:  # Rekognition does not say which of the two it cannot read: ask about the selfie alone
        look(request.aws, "rekognition", "detect_faces", {"Image": {"Bytes": selfie.content}}, "selfie")
        raise
    faces = _compared_faces(answer) if answer else []
    return IdFaceMatch(max((similarity for _, similarity in faces), default=None))


def stored_face_matches(request: SignalRequest, *, selfie: Image, user: User | None) -> StoredFaceMatches:
    """How similar the selfie is to every stored picture of the user. A picture that is gone matches nothing."""

    def compare(image_key: str) -> Answer | None:
        target = {"S3Object": {"Bucket": request.images_bucket, "Name": image_key}}
        try:
            return _compare(request, selfie, target, "selfie")
        except AwsRefusedError as refused:
            if refused.code == NO_OBJECT:
                return {}
            raise

    faces = user.faces if user else ()
    answers = side_by_side(compare, [face.image_key for face in faces])
    similarities = {
        face.face_id: _largest(compared)
        for face, answer in zip(faces, answers, strict=True)
        if (compared := _compared_faces(answer or {}))
    }
    return StoredFaceMatches(similarities, face_found=bool(similarities) or None not in answers)


def collection_matches(request: SignalRequest, *, selfie: Image, user_key: str) -> CollectionMatches:
    """Active users whose face is like the selfie's, over all the tenant's collections."""
    searched_from = request.asked["FaceMatchThreshold"]

    def search(collection: str) -> Answer | None:
        parameters = {
            "CollectionId": collection,
            "Image": {"Bytes": selfie.content},
            "FaceMatchThreshold": searched_from,
            "MaxFaces": _MAX_MATCHES,
            "QualityFilter": "NONE",  # the policy's checks judge the quality
        }
        return _none_without_face(request, "search_faces_by_image", parameters, "selfie")

    answers = side_by_side(search, request.collections)
    if None in answers:
        return CollectionMatches((), searched_from, face_found=False)
    hits = [hit for answer in answers if answer for hit in answer["FaceMatches"]]
    models = sorted({answer["FaceModelVersion"] for answer in answers if answer and "FaceModelVersion" in answer})
    return CollectionMatches(_of_active_users(hits, user_key, request), searched_from, face_models=tuple(models))


def liveness(request: SignalRequest) -> Liveness:
    """The result of the Face Liveness session that this verification has claimed."""
    claim = request.submission.liveness
    if claim is None or claim.refusal is not None:
        return Liveness(claim.refusal if claim and claim.refusal else LivenessStatus.UNKNOWN)
    try:
        answer = request.aws("rekognition", "get_face_liveness_session_results", {"SessionId": claim.session_id})
    except AwsRefusedError as refused:
        if refused.code == "SessionNotFoundException":
            return Liveness(LivenessStatus.UNKNOWN)
        raise
    status = _LIVENESS.get(answer["Status"], LivenessStatus.UNKNOWN)
    if status is not LivenessStatus.SUCCEEDED:
        return Liveness(status)
    return Liveness(status, number(answer.get("Confidence")), answer.get("ReferenceImage", {}).get("Bytes"))


def _of_active_users(
    hits: Iterable[Mapping[str, Any]], user_key: str, request: SignalRequest
) -> tuple[CollectionMatch, ...]:
    """ExternalImageId is a hint; a face counts when its user's record is active and lists it. Best first."""
    faces = [(user_key_of(hit["Face"].get("ExternalImageId", "")), hit) for hit in hits]
    users = request.users.get_many({owner for owner, _ in faces}) if faces else {}
    matches = [
        CollectionMatch(owner == user_key, hit["Face"]["FaceId"], float(hit["Similarity"]))
        for owner, hit in faces
        if _owns(users.get(owner), hit["Face"]["FaceId"])
    ]
    return tuple(sorted(matches, key=lambda match: match.similarity, reverse=True))


def _owns(user: User | None, face_id: str) -> bool:
    if user is None or user.status is not UserStatus.ACTIVE:
        return False
    return any(face.face_id == face_id for face in user.faces)


def _compare(request: SignalRequest, selfie: Image, target: Mapping[str, Any], field: str) -> Answer | None:
    """CompareFaces from 0, so that a similarity below the limit is known too."""
    parameters = {
        "SourceImage": {"Bytes": selfie.content},
        "TargetImage": target,
        "SimilarityThreshold": 0,
        "QualityFilter": "NONE",
    }
    return _none_without_face(request, "compare_faces", parameters, field)


def _none_without_face(
    request: SignalRequest, operation: str, parameters: Mapping[str, Any], field: str
) -> Answer | None:
    try:
        return look(request.aws, "rekognition", operation, parameters, field)
    except AwsRefusedError as refused:
        if refused.code == NO_FACE:
            return None
        raise


def _compared_faces(answer: Answer) -> list[tuple[float, float]]:
    """The target picture's faces as (size, similarity); one that Rekognition calls unmatched has similarity 0."""
    matched = [(match["Face"], number(match.get("Similarity")) or 0.0) for match in answer.get("FaceMatches", ())]
    unmatched = [(face, 0.0) for face in answer.get("UnmatchedFaces", ())]
    return [(area(box_of(face.get("BoundingBox", {}))), similarity) for face, similarity in (*matched, *unmatched)]


def _largest(compared: list[tuple[float, float]]) -> float:
    """The similarity of the largest face: the user's, which was indexed; a bystander's counts for nothing."""
    return max(compared)[1]
