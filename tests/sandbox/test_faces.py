"""IndexFaces, SearchFacesByImage, SearchFaces, ListFaces, DeleteFaces; mostly on scripted pictures, which is quick."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from sandbox.pictures.people import collins, hopper
from sandbox.pictures.variants import another_take, small, to_jpeg, two_faces
from sandbox.scripted import ScriptedFace, picture
from tests.running_sandbox import RunningSandbox
from tests.sandbox.errors import code_of

ALICE, BOB = picture([ScriptedFace("alice")]), picture([ScriptedFace("bob")])


def index(rekognition: Any, collection: str, data: bytes, **parameters: Any) -> str:
    """The id of the one face that is indexed."""
    answer = rekognition.index_faces(CollectionId=collection, Image={"Bytes": data}, **parameters)
    (record,) = answer["FaceRecords"]
    face_id: str = record["Face"]["FaceId"]
    return face_id


def found(rekognition: Any, collection: str, data: bytes, **parameters: Any) -> list[tuple[str, float]]:
    answer = rekognition.search_faces_by_image(CollectionId=collection, Image={"Bytes": data}, **parameters)
    return [(match["Face"]["FaceId"], match["Similarity"]) for match in answer["FaceMatches"]]


def test_real_people_are_found_again_and_told_apart(seeing: Any, collection: str) -> None:
    ids = {
        name: index(seeing, collection, to_jpeg(person), ExternalImageId=name)
        for name, person in (("collins", collins()), ("hopper", hopper()))
    }
    for name, person in (("collins", collins()), ("hopper", hopper())):
        for take in (another_take(person), small(person)):
            ((face_id, similarity),) = found(seeing, collection, to_jpeg(take), FaceMatchThreshold=90)
            assert face_id == ids[name]
            assert similarity > 99
    answer = seeing.search_faces(CollectionId=collection, FaceId=ids["hopper"], FaceMatchThreshold=0)
    assert [match["Face"]["ExternalImageId"] for match in answer["FaceMatches"]] == ["collins"]
    assert answer["FaceMatches"][0]["Similarity"] < 50


def test_every_face_of_a_picture_is_indexed_or_told_why_not(seeing: Any, collection: str) -> None:
    group = {"Bytes": to_jpeg(two_faces(collins(), hopper()))}
    all_of_them = seeing.index_faces(CollectionId=collection, Image=group, ExternalImageId="group")
    assert len(all_of_them["FaceRecords"]) == 2
    assert len({record["Face"]["ImageId"] for record in all_of_them["FaceRecords"]}) == 1

    largest = seeing.index_faces(CollectionId=collection, Image=group, MaxFaces=1, DetectionAttributes=["ALL"])
    (record,), (beyond,) = largest["FaceRecords"], largest["UnindexedFaces"]
    assert beyond["Reasons"] == ["EXCEEDS_MAX_FACES"]
    assert "Sunglasses" in record["FaceDetail"]
    assert "ExternalImageId" not in record["Face"]
    assert record["Face"]["BoundingBox"]["Width"] >= beyond["FaceDetail"]["BoundingBox"]["Width"]


@pytest.mark.parametrize(
    ("face", "quality_filter", "reasons"),
    [
        (ScriptedFace("a", brightness=3), "AUTO", ["LOW_BRIGHTNESS"]),
        (ScriptedFace("a", sharpness=1), "AUTO", ["LOW_SHARPNESS"]),
        (ScriptedFace("a", yaw=-80), "AUTO", ["EXTREME_POSE"]),
        (ScriptedFace("a", brightness=3, sharpness=1), "MEDIUM", ["LOW_BRIGHTNESS", "LOW_SHARPNESS"]),
        (ScriptedFace("a", confidence=70), "HIGH", ["LOW_CONFIDENCE"]),
        (ScriptedFace("a", confidence=70), "LOW", []),
        (ScriptedFace("a", brightness=0, sharpness=0, yaw=90, confidence=1), "NONE", []),
    ],
)
def test_the_quality_filter_leaves_faces_out(
    reading: Any, scripted_collection: str, face: ScriptedFace, quality_filter: str, reasons: list[str]
) -> None:
    image = {"Bytes": picture([face])}
    answer = reading.index_faces(CollectionId=scripted_collection, Image=image, QualityFilter=quality_filter)
    assert [left_out["Reasons"] for left_out in answer["UnindexedFaces"]] == ([reasons] if reasons else [])
    assert len(answer["FaceRecords"]) == (0 if reasons else 1)


def test_a_search_gives_the_most_similar_first_and_respects_its_limits(reading: Any, scripted_collection: str) -> None:
    likenesses = (85.0, 99.0, 92.0, 60.0)
    ids = {
        likeness: index(reading, scripted_collection, picture([ScriptedFace("alice", likeness)]))
        for likeness in likenesses
    }
    index(reading, scripted_collection, BOB)

    by_default = found(reading, scripted_collection, ALICE)
    assert [face_id for face_id, _ in by_default] == [ids[99.0], ids[92.0], ids[85.0]]
    assert [similarity for _, similarity in by_default] == pytest.approx([99, 92, 85], abs=0.01)
    assert len(found(reading, scripted_collection, ALICE, FaceMatchThreshold=50)) == 4
    assert found(reading, scripted_collection, ALICE, FaceMatchThreshold=99.5) == []
    assert found(reading, scripted_collection, ALICE, MaxFaces=1) == by_default[:1]


def test_a_search_uses_the_largest_face(reading: Any, scripted_collection: str) -> None:
    alice, bob = (index(reading, scripted_collection, data) for data in (ALICE, BOB))
    both = picture([ScriptedFace("alice", size=0.2), ScriptedFace("bob", size=0.4)])
    assert [face_id for face_id, _ in found(reading, scripted_collection, both)] == [bob]
    assert alice != bob


def test_a_search_needs_a_face(reading: Any, scripted_collection: str) -> None:
    nobody = {"Bytes": picture([])}
    assert (
        code_of(reading.search_faces_by_image, CollectionId=scripted_collection, Image=nobody)
        == "InvalidParameterException"
    )


def test_a_face_does_not_find_itself(reading: Any, scripted_collection: str) -> None:
    first, second = (index(reading, scripted_collection, ALICE) for _ in range(2))
    answer = reading.search_faces(CollectionId=scripted_collection, FaceId=first)
    assert [match["Face"]["FaceId"] for match in answer["FaceMatches"]] == [second]
    assert answer["SearchedFaceId"] == first
    missing = str(uuid4())
    assert (
        code_of(reading.search_faces, CollectionId=scripted_collection, FaceId=missing) == "InvalidParameterException"
    )


def test_faces_are_listed_in_pages_and_by_id(reading: Any, scripted_collection: str) -> None:
    ids = [index(reading, scripted_collection, ALICE, ExternalImageId=f"a:{number}") for number in range(5)]
    pages = list(
        reading.get_paginator("list_faces").paginate(CollectionId=scripted_collection, PaginationConfig={"PageSize": 2})
    )
    listed = [face for page in pages for face in page["Faces"]]
    assert [face["FaceId"] for face in listed] == ids
    assert [face["ExternalImageId"] for face in listed] == [f"a:{number}" for number in range(5)]
    assert [len(page["Faces"]) for page in pages] == [2, 2, 1]
    some = reading.list_faces(CollectionId=scripted_collection, FaceIds=[ids[3], str(uuid4())])["Faces"]
    assert [face["FaceId"] for face in some] == [ids[3]]


def test_deleted_faces_are_gone_and_missing_ones_told(reading: Any, scripted_collection: str) -> None:
    ids = [index(reading, scripted_collection, picture([ScriptedFace(name)])) for name in "abcde"]
    missing = str(uuid4())
    answer = reading.delete_faces(CollectionId=scripted_collection, FaceIds=[ids[0], missing, ids[2]])
    assert answer["DeletedFaces"] == [ids[0], ids[2]]
    assert answer["UnsuccessfulFaceDeletions"] == [{"FaceId": missing, "Reasons": ["FACE_NOT_FOUND"]}]
    assert reading.describe_collection(CollectionId=scripted_collection)["FaceCount"] == 3
    for name, face_id in zip("abcde", ids, strict=True):
        expected = [] if face_id in (ids[0], ids[2]) else [face_id]
        matches = found(reading, scripted_collection, picture([ScriptedFace(name)]))
        assert [match for match, _ in matches] == expected


def test_deleting_nothing_is_no_error(reading: Any, scripted_collection: str) -> None:
    answer = reading.delete_faces(CollectionId=scripted_collection, FaceIds=[str(uuid4())])
    assert answer.get("DeletedFaces", []) == []
    assert len(answer["UnsuccessfulFaceDeletions"]) == 1


@pytest.mark.parametrize("name", ["with space", "slash/ed", "ü"])
def test_an_external_image_id_has_to_be_aws_s(reading: Any, scripted_collection: str, name: str) -> None:
    request = {"CollectionId": scripted_collection, "Image": {"Bytes": ALICE}, "ExternalImageId": name}
    assert code_of(reading.index_faces, **request) == "ValidationException"


def test_one_picture_is_analysed_once(sandbox: RunningSandbox, seeing: Any, collection: str) -> None:
    image = {"Bytes": to_jpeg(another_take(collins()), quality=77)}
    sandbox.calls.clear()
    seeing.detect_faces(Image=image)
    seeing.index_faces(CollectionId=collection, Image=image)
    seeing.search_faces_by_image(CollectionId=collection, Image=image)
    seeing.compare_faces(SourceImage=image, TargetImage=image)
    first, *others = (call["duration_ms"] for call in sandbox.calls.of())
    assert max(others) < first / 4


def test_the_same_picture_under_the_same_name_is_no_second_face(reading: Any, scripted_collection: str) -> None:
    first = index(reading, scripted_collection, ALICE, ExternalImageId="alice")
    assert index(reading, scripted_collection, ALICE, ExternalImageId="alice") == first
    others = {
        index(reading, scripted_collection, ALICE, ExternalImageId="another"),
        index(reading, scripted_collection, BOB, ExternalImageId="alice"),
        index(reading, scripted_collection, ALICE),
        index(reading, scripted_collection, ALICE),
    }
    assert len(others | {first}) == 5
    assert len(reading.list_faces(CollectionId=scripted_collection)["Faces"]) == 5
