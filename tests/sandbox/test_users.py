"""Users of collections."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from sandbox.scripted import ScriptedFace, picture
from tests.sandbox.errors import code_of
from tests.sandbox.test_faces import ALICE, BOB, index


@pytest.fixture
def users(reading: Any, scripted_collection: str) -> dict[str, Any]:
    """The parameters that name the users alice and bob, who have no faces yet."""
    for user_id in ("alice", "bob"):
        reading.create_user(CollectionId=scripted_collection, UserId=user_id)
    return {user_id: {"CollectionId": scripted_collection, "UserId": user_id} for user_id in ("alice", "bob")}


def listed(reading: Any, collection: str) -> dict[str, str]:
    return {user["UserId"]: user["UserStatus"] for user in reading.list_users(CollectionId=collection)["Users"]}


def test_users_gain_and_lose_faces(reading: Any, scripted_collection: str, users: dict[str, Any]) -> None:
    faces = [
        index(reading, scripted_collection, picture([ScriptedFace("alice", likeness)])) for likeness in (100.0, 95.0)
    ]
    associated = reading.associate_faces(**users["alice"], FaceIds=faces)
    assert [face["FaceId"] for face in associated["AssociatedFaces"]] == faces
    assert associated["UserStatus"] == "ACTIVE"
    assert listed(reading, scripted_collection) == {"alice": "ACTIVE", "bob": "CREATED"}
    assert {face["UserId"] for face in reading.list_faces(**users["alice"])["Faces"]} == {"alice"}
    assert reading.describe_collection(CollectionId=scripted_collection)["UserCount"] == 2

    released = reading.disassociate_faces(**users["alice"], FaceIds=faces[:1])
    assert [face["FaceId"] for face in released["DisassociatedFaces"]] == faces[:1]
    assert [face["FaceId"] for face in reading.list_faces(**users["alice"])["Faces"]] == faces[1:]


def test_a_face_joins_only_where_it_belongs(reading: Any, scripted_collection: str, users: dict[str, Any]) -> None:
    alice, bob = (index(reading, scripted_collection, data) for data in (ALICE, BOB))
    missing = str(uuid4())
    reading.associate_faces(**users["alice"], FaceIds=[alice])
    failed = reading.associate_faces(**users["alice"], FaceIds=[bob, missing])["UnsuccessfulFaceAssociations"]
    assert [failure["Reasons"] for failure in failed] == [["LOW_MATCH_CONFIDENCE"], ["FACE_NOT_FOUND"]]
    failed = reading.associate_faces(**users["bob"], FaceIds=[alice])["UnsuccessfulFaceAssociations"]
    assert failed == [{"FaceId": alice, "UserId": "alice", "Reasons": ["ASSOCIATED_TO_A_DIFFERENT_USER"]}]
    failed = reading.disassociate_faces(**users["bob"], FaceIds=[alice])["UnsuccessfulFaceDisassociations"]
    assert failed == [{"FaceId": alice, "Reasons": ["ASSOCIATED_TO_A_DIFFERENT_USER"]}]


def test_a_user_s_face_is_not_deleted(reading: Any, scripted_collection: str, users: dict[str, Any]) -> None:
    face_id = index(reading, scripted_collection, ALICE)
    reading.associate_faces(**users["alice"], FaceIds=[face_id])
    failed = reading.delete_faces(CollectionId=scripted_collection, FaceIds=[face_id])["UnsuccessfulFaceDeletions"]
    assert failed == [{"FaceId": face_id, "UserId": "alice", "Reasons": ["ASSOCIATED_TO_AN_EXISTING_USER"]}]
    reading.delete_user(**users["alice"])
    assert reading.delete_faces(CollectionId=scripted_collection, FaceIds=[face_id])["DeletedFaces"] == [face_id]
    assert code_of(reading.delete_user, **users["alice"]) == "ResourceNotFoundException"


def test_users_are_found_by_a_picture(reading: Any, scripted_collection: str, users: dict[str, Any]) -> None:
    for user_id, data in (("alice", ALICE), ("bob", BOB)):
        reading.associate_faces(**users[user_id], FaceIds=[index(reading, scripted_collection, data)])
    index(reading, scripted_collection, ALICE)  # of nobody
    both = picture([ScriptedFace("alice", 97.0, size=0.5), ScriptedFace("bob", size=0.2)])
    answer = reading.search_users_by_image(CollectionId=scripted_collection, Image={"Bytes": both})
    (match,) = answer["UserMatches"]
    assert match["User"] == {"UserId": "alice", "UserStatus": "ACTIVE"}
    assert match["Similarity"] == pytest.approx(97, abs=0.01)
    assert [face["Reasons"] for face in answer["UnsearchedFaces"]] == [["FACE_NOT_LARGEST"]]


def test_a_user_is_created_once(reading: Any, users: dict[str, Any]) -> None:
    assert code_of(reading.create_user, **users["alice"]) == "ConflictException"
