"""What Rekognition tells. https://docs.aws.amazon.com/rekognition/latest/APIReference/Welcome.html"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from chalicelib.aws import side_by_side
from chalicelib.errors import AwsRefusedError, BadImageError
from chalicelib.model.change import Draft
from chalicelib.model.facts import FaceScan, IdFaceMatch, Liveness, LivenessStatus, StoredFaceMatches
from chalicelib.model.images import Image
from chalicelib.model.user import User
from chalicelib.signals.calls import NO_OBJECT, look, none_without_face
from chalicelib.signals.faces import area, box_of, face_of, number
from chalicelib.signals.request import SignalRequest

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
    return _scan(answer["FaceDetails"], selfie)


def faces_as_indexed(request: SignalRequest, *, selfie: Image, made: Draft) -> FaceScan:
    """The same from IndexFaces, which tells the FaceDetails of all faces it saw; if it saw none, from DetectFaces."""
    return _scan(made.seen, selfie) if made.seen else selfie_faces(request, selfie=selfie)


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


def _scan(details: Iterable[Mapping[str, Any]], selfie: Image) -> FaceScan:
    faces = sorted(map(face_of, details), key=lambda face: area(face.box), reverse=True)
    return FaceScan(tuple(faces), selfie.width_px, selfie.height_px)


def _compare(request: SignalRequest, selfie: Image, target: Mapping[str, Any], field: str) -> Answer | None:
    """CompareFaces from 0, so that a similarity below the limit is known too."""
    parameters = {
        "SourceImage": {"Bytes": selfie.content},
        "TargetImage": target,
        "SimilarityThreshold": 0,
        "QualityFilter": "NONE",
    }
    return none_without_face(request, "compare_faces", parameters, field)


def _compared_faces(answer: Answer) -> list[tuple[float, float]]:
    """The target picture's faces as (size, similarity); one that Rekognition calls unmatched has similarity 0."""
    matched = [(match["Face"], number(match.get("Similarity")) or 0.0) for match in answer.get("FaceMatches", ())]
    unmatched = [(face, 0.0) for face in answer.get("UnmatchedFaces", ())]
    return [(area(box_of(face.get("BoundingBox", {}))), similarity) for face, similarity in (*matched, *unmatched)]


def _largest(compared: list[tuple[float, float]]) -> float:
    """The similarity of the largest face: the user's, which was indexed; a bystander's counts for nothing."""
    return max(compared)[1]
