from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.errors import AwsMisconfiguredError, AwsUnavailableError, BadImageError
from chalicelib.model.facts import Attribute, Liveness, LivenessStatus
from chalicelib.model.submission import LivenessClaim, Submission
from chalicelib.model.user import User, UserStatus
from chalicelib.signals import rekognition, search
from chalicelib.signals.request import SignalRequest
from tests.canned import CannedAws, refusal
from tests.samples import NOW, change, face, picture

SELFIE, CARD = picture(1), picture(2)
NO_FACE = refusal("InvalidParameterException")


@dataclass
class Records:
    """Users' records, and how often many were asked for."""

    users: Mapping[str, User] = field(default_factory=dict)
    asked: list[set[str]] = field(default_factory=list)

    def get(self, user_key: str) -> User | None:
        return self.users.get(user_key)

    def get_many(self, user_keys: Iterable[str]) -> dict[str, User]:
        self.asked.append(set(user_keys))
        return {key: self.users[key] for key in user_keys if key in self.users}


def request(
    aws: Any,
    records: Records | None = None,
    shards: int = 1,
    liveness: LivenessClaim | None = None,
    blocks: Any = None,
) -> SignalRequest:
    return SignalRequest(
        aws=aws,
        users=records or Records(),
        blocks=blocks,
        images_bucket="images",
        submission=Submission("v1", "acme", "register", "ada", NOW, selfie=SELFIE, liveness=liveness),
        collections=tuple(f"test-acme-{shard}" for shard in range(shards)),
        asked={"FaceMatchThreshold": 97},
    )


def box(side: float) -> dict[str, float]:
    return {"Left": 0.1, "Top": 0.1, "Width": side, "Height": side}


def details(side: float = 0.4, **more: Any) -> dict[str, Any]:
    return {"BoundingBox": box(side), "Confidence": 99.0, **more}


def scan(*faces: dict[str, Any]) -> Any:
    aws = CannedAws(detect_faces={"FaceDetails": list(faces)})
    result = rekognition.selfie_faces(request(aws), selfie=SELFIE)
    assert aws.called("detect_faces") == [{"Image": {"Bytes": SELFIE.content}, "Attributes": ["ALL"]}]
    return result


def test_faces_come_largest_first_with_the_pictures_size() -> None:
    found = scan(details(0.2), details(0.5), details(0.3))
    assert [one.box.width for one in found.faces] == [0.5, 0.3, 0.2]
    assert (found.image_width_px, found.image_height_px) == (80, 80)
    assert scan().main_face is None


def test_a_face_is_read_whole() -> None:
    one = scan(
        details(
            Pose={"Yaw": 1.5, "Pitch": -2, "Roll": 3},
            Quality={"Brightness": 80, "Sharpness": 90},
            Sunglasses={"Value": False, "Confidence": 98},
            EyesOpen={"Value": True, "Confidence": 97},
            FaceOccluded={"Value": False, "Confidence": 96},
        )
    ).main_face
    assert (one.yaw_deg, one.pitch_deg, one.roll_deg, one.brightness, one.sharpness) == (1.5, -2, 3, 80, 90)
    assert (one.sunglasses, one.eyes_open) == (Attribute(False, 98), Attribute(True, 97))
    assert one.face_occluded == Attribute(False, 96)


def test_what_is_missing_or_no_number_is_none() -> None:
    odd = {"Yaw": math.nan, "Pitch": math.inf}
    for one in (scan(details()).main_face, scan(details(Pose=odd, Sunglasses={"Value": True})).main_face):
        assert (one.yaw_deg, one.pitch_deg, one.roll_deg, one.sharpness) == (None,) * 4
        assert (one.sunglasses, one.eyes_open, one.face_occluded) == (None,) * 3
    assert scan(details(math.nan), details(0.1)).main_face.box.width == 0.1


@pytest.mark.parametrize(
    ("code", "fault"),
    [("InvalidImageFormatException", "image-not-an-image"), ("ImageTooLargeException", "image-too-large")],
)
def test_a_picture_that_rekognition_cannot_read_is_a_bad_image(code: str, fault: str) -> None:
    aws = CannedAws(detect_faces=refusal(code), compare_faces=refusal(code), search_faces_by_image=refusal(code))
    for read in (rekognition.selfie_faces, search.collection_search):
        with pytest.raises(BadImageError) as caught:
            read(request(aws), selfie=SELFIE)
        assert (caught.value.code, caught.value.field) == (fault, "selfie")


@pytest.mark.parametrize("selfie_is_bad", [True, False])
def test_of_two_pictures_the_bad_one_is_blamed(selfie_is_bad: bool) -> None:
    bad = refusal("InvalidImageFormatException")
    aws = CannedAws(compare_faces=bad, detect_faces=bad if selfie_is_bad else {"FaceDetails": []})
    with pytest.raises(BadImageError) as caught:
        rekognition.id_face(request(aws), selfie=SELFIE, id_card=(CARD,))
    assert caught.value.field == ("selfie" if selfie_is_bad else "id_card")


@pytest.mark.parametrize("error", [AwsUnavailableError, AwsMisconfiguredError])
def test_trouble_is_never_a_bad_image_nor_no_match(error: Any) -> None:
    trouble = error("rekognition:Operation", "ThrottlingException", "")
    aws = CannedAws(detect_faces=trouble, compare_faces=trouble, search_faces_by_image=trouble)
    with pytest.raises(error):
        rekognition.selfie_faces(request(aws), selfie=SELFIE)
    with pytest.raises(error):
        rekognition.id_face(request(aws), selfie=SELFIE, id_card=(CARD,))
    with pytest.raises(error):
        search.collection_search(request(aws, shards=2), selfie=SELFIE)
    with pytest.raises(error):
        rekognition.stored_face_matches(request(aws), selfie=SELFIE, user=user("f1", "f2"))


def compared(*matched: tuple[float, float], unmatched: float | None = None) -> dict[str, Any]:
    """CompareFaces' answer: (side of the face's box, similarity) of each."""
    matches = [{"Similarity": similarity, "Face": {"BoundingBox": box(side)}} for side, similarity in matched]
    return {
        "FaceMatches": matches,
        "UnmatchedFaces": [] if unmatched is None else [{"BoundingBox": box(unmatched)}],
    }


@pytest.mark.parametrize(
    ("answer", "similarity"),
    [
        (compared((0.3, 96.5), (0.1, 98.5)), 98.5),
        (compared(unmatched=0.3), 0.0),
        (compared(), None),
        (NO_FACE, None),
    ],
)
def test_the_cards_best_face_counts(answer: Any, similarity: float | None) -> None:
    aws = CannedAws(compare_faces=answer)
    assert rekognition.id_face(request(aws), selfie=SELFIE, id_card=(CARD, picture(3))).similarity == similarity
    asked = aws.called("compare_faces")[0]
    assert (asked["SourceImage"], asked["TargetImage"]) == ({"Bytes": SELFIE.content}, {"Bytes": CARD.content})
    assert asked["SimilarityThreshold"] == 0


def user(*face_ids: str, status: UserStatus = UserStatus.ACTIVE) -> User:
    made = [change("acme", f"change of {face_id}", at=NOW + timedelta(days=n)) for n, face_id in enumerate(face_ids)]
    faces = tuple(face(one, face_id) for one, face_id in zip(made, face_ids, strict=True))
    return User("ada", change("acme", "c").user_key, status, faces)


def stored(by_face_id: Mapping[str, Any]) -> Any:
    def compare(parameters: Mapping[str, Any]) -> Any:
        target = parameters["TargetImage"]["S3Object"]
        assert target["Bucket"] == "images"
        return next(answer for face_id, answer in by_face_id.items() if f"/change of {face_id}/" in target["Name"])

    aws = CannedAws(compare_faces=compare)
    return rekognition.stored_face_matches(request(aws), selfie=SELFIE, user=user(*by_face_id))


def test_every_stored_face_is_compared() -> None:
    found = stored({"f1": compared((0.3, 99.5)), "f2": compared((0.3, 12.5)), "f3": compared(unmatched=0.3)})
    assert (found.similarities, found.face_found) == ({"f1": 99.5, "f2": 12.5, "f3": 0.0}, True)


def test_a_bystander_in_a_stored_picture_does_not_count() -> None:
    """Only the largest face was indexed as the user's."""
    assert stored({"f1": compared((0.1, 99.9), (0.4, 3.5))}).similarities == {"f1": 3.5}
    assert stored({"f1": compared((0.1, 99.9), unmatched=0.4)}).similarities == {"f1": 0.0}


def test_a_stored_picture_that_is_gone_matches_nothing() -> None:
    gone = refusal("InvalidS3ObjectException")
    found = stored({"f1": gone, "f2": compared((0.3, 99.5))})
    assert (found.similarities, found.face_found) == ({"f2": 99.5}, True)
    found = stored({"f1": gone})
    assert (found.similarities, found.face_found) == ({}, True)


def test_a_selfie_without_a_face_says_so() -> None:
    assert not stored({"f1": NO_FACE, "f2": NO_FACE}).face_found
    assert stored({"f1": NO_FACE, "f2": compared((0.3, 5.0))}).face_found


def test_nobody_has_no_stored_faces() -> None:
    for nobody in (None, user()):
        assert rekognition.stored_face_matches(request(CannedAws()), selfie=SELFIE, user=nobody).similarities == {}


SESSION = "33333333-3333-3333-3333-333333333333"
CLAIMED = LivenessClaim(SESSION)


def live(answer: Any, claim: LivenessClaim | None = CLAIMED) -> Liveness:
    aws = CannedAws(get_face_liveness_session_results=answer)
    return rekognition.liveness(request(aws, liveness=claim))


def result(status: str, **more: Any) -> dict[str, Any]:
    return {"SessionId": SESSION, "Status": status, **more}


def test_a_live_session_gives_its_confidence_and_picture() -> None:
    reference = {"Bytes": SELFIE.content, "BoundingBox": box(0.5)}
    found = live(result("SUCCEEDED", Confidence=96.5, ReferenceImage=reference))
    assert found == Liveness(LivenessStatus.SUCCEEDED, 96.5, SELFIE.content)
    assert live(result("SUCCEEDED", Confidence=math.nan)) == Liveness(LivenessStatus.SUCCEEDED, None, None)


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (result("CREATED"), LivenessStatus.UNFINISHED),
        (result("IN_PROGRESS"), LivenessStatus.UNFINISHED),
        (result("FAILED", Confidence=99.0), LivenessStatus.FAILED),
        (result("EXPIRED"), LivenessStatus.EXPIRED),
        (result("SOMETHING_NEW", Confidence=99.0), LivenessStatus.UNKNOWN),
        (refusal("SessionNotFoundException"), LivenessStatus.UNKNOWN),
    ],
)
def test_any_other_session_gives_nothing(answer: Any, status: LivenessStatus) -> None:
    assert live(answer) == Liveness(status)


def test_a_refused_or_missing_claim_is_not_asked_about() -> None:
    asking = AssertionError("asked")
    assert live(asking, LivenessClaim(SESSION, LivenessStatus.USED)) == Liveness(LivenessStatus.USED)
    assert live(asking, None) == Liveness(LivenessStatus.UNKNOWN)
