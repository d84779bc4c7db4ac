"""Blocking a face: what is indexed, and that nothing is left when it cannot be."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.effects.blocked_face import block_face, unblock_face
from chalicelib.effects.faces import delete_faces
from chalicelib.errors import AwsUnavailableError, BadImageError, ConflictError, CountersignError
from chalicelib.model.block import Block, BlockSource
from tests.canned import CannedAws, refusal
from tests.samples import NOW

FACE = "11111111-1111-1111-1111-111111111111"
BLOCK = Block("b1", "chargebacks", BlockSource.PICTURE, "test-0", NOW, NOW)
BYTES, STORED = {"Bytes": b"picture"}, {"S3Object": {"Bucket": "bucket", "Name": "key"}}


class Noted:
    """A blocklist that notes what it is asked."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, ...]] = []

    def add(self, block: Block) -> None:
        self.calls.append(("add", block.block_id))

    def activate(self, block: Block, face_id: str) -> None:
        self.calls.append(("activate", block.block_id, face_id))

    def remove(self, block_id: str) -> None:
        self.calls.append(("remove", block_id))


def indexed(*others: str) -> dict[str, Any]:
    unindexed = [{"Reasons": [reason]} for reason in others]
    return {"FaceRecords": [{"Face": {"FaceId": FACE}}], "UnindexedFaces": unindexed, "FaceModelVersion": "7.0"}


def test_the_face_is_indexed_as_nobodys_and_then_counts() -> None:
    aws, noted = CannedAws(index_faces=indexed()), Noted()
    assert block_face(aws, noted, BLOCK, BYTES).face_id == FACE
    assert noted.calls == [("add", "b1"), ("activate", "b1", FACE)]
    (asked,) = aws.called("index_faces")
    assert (asked["ExternalImageId"], asked["CollectionId"], asked["Image"]) == ("blocked:b1", "test-0", BYTES)


def test_of_a_stored_picture_the_largest_face_is_meant() -> None:
    aws = CannedAws(index_faces=indexed("EXCEEDS_MAX_FACES"))
    assert block_face(aws, Noted(), BLOCK, STORED).face_id == FACE


@pytest.mark.parametrize(
    ("answer", "error", "code"),
    [
        (indexed("EXCEEDS_MAX_FACES"), BadImageError, "several-faces"),
        ({"FaceRecords": [], "FaceModelVersion": "7.0"}, BadImageError, "no-face"),
        (refusal("InvalidImageFormatException"), BadImageError, "image-not-an-image"),
        (refusal("InvalidS3ObjectException"), ConflictError, "no-picture"),
        (AwsUnavailableError("rekognition:IndexFaces", "ThrottlingException", ""), AwsUnavailableError, None),
    ],
)
def test_what_cannot_be_blocked_leaves_nothing(answer: Any, error: type[CountersignError], code: str | None) -> None:
    """The answer may have been lost after the face was indexed, so the collection is searched for it."""
    left = {"FaceId": FACE, "ExternalImageId": "blocked:b1"}
    aws = CannedAws(index_faces=answer, list_faces={"Faces": [left]}, delete_faces={"DeletedFaces": [FACE]})
    noted = Noted()
    with pytest.raises(error) as caught:
        block_face(aws, noted, BLOCK, BYTES)
    assert getattr(caught.value, "code", None) == code or code is None
    assert aws.called("delete_faces") == [{"CollectionId": "test-0", "FaceIds": [FACE]}]
    assert noted.calls == [("add", "b1"), ("remove", "b1")]


def test_a_face_that_stays_keeps_its_block() -> None:
    failure = {"FaceId": FACE, "Reasons": ["ASSOCIATED_TO_AN_EXISTING_USER"]}
    aws = CannedAws(list_faces={"Faces": [{"FaceId": FACE, "ExternalImageId": "blocked:b1"}]})
    aws = CannedAws(
        list_faces={"Faces": [{"FaceId": FACE, "ExternalImageId": "blocked:b1"}]},
        delete_faces={"UnsuccessfulFaceDeletions": [failure]},
    )
    noted = Noted()
    with pytest.raises(AwsUnavailableError):
        unblock_face(aws, noted, BLOCK)
    assert noted.calls == []


def test_a_face_that_belongs_to_a_user_of_the_collection_is_let_go_and_then_deleted() -> None:
    associated = {"FaceId": FACE, "UserId": "u1", "Reasons": ["ASSOCIATED_TO_AN_EXISTING_USER"]}
    answers = iter([{"UnsuccessfulFaceDeletions": [associated]}, {"DeletedFaces": [FACE]}])
    aws = CannedAws(delete_faces=lambda _: next(answers), disassociate_faces={"DisassociatedFaces": [{"FaceId": FACE}]})
    delete_faces(aws, "test-0", [FACE])
    assert aws.called("disassociate_faces") == [{"CollectionId": "test-0", "UserId": "u1", "FaceIds": [FACE]}]
    assert len(aws.called("delete_faces")) == 2
