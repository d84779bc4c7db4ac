"""Collections and their tags."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from sandbox.scripted import ScriptedFace, picture
from tests.running_sandbox import RunningSandbox
from tests.sandbox.errors import code_of, error_of

MISSING = {"CollectionId": "no-such-collection"}


def test_a_collection_is_created_described_listed_and_deleted(reading: Any) -> None:
    collection = {"CollectionId": f"acme.{uuid4()}"}
    created = reading.create_collection(**collection, Tags={"tenant": "acme"})
    assert created["StatusCode"] == 200
    assert created["CollectionArn"].endswith(f"collection/{collection['CollectionId']}")

    described = reading.describe_collection(**collection)
    assert (described["FaceCount"], described["UserCount"]) == (0, 0)
    assert described["FaceModelVersion"] == created["FaceModelVersion"]
    assert abs(described["CreationTimestamp"] - datetime.now(UTC)) < timedelta(minutes=1)
    assert reading.list_tags_for_resource(ResourceArn=described["CollectionARN"])["Tags"] == {"tenant": "acme"}

    assert collection["CollectionId"] in reading.list_collections()["CollectionIds"]
    assert reading.delete_collection(**collection)["StatusCode"] == 200
    assert collection["CollectionId"] not in reading.list_collections()["CollectionIds"]
    assert code_of(reading.describe_collection, **collection) == "ResourceNotFoundException"


def test_a_name_is_taken_once(reading: Any, scripted_collection: str) -> None:
    code, message, status = error_of(reading.create_collection, CollectionId=scripted_collection)
    assert (code, status) == ("ResourceAlreadyExistsException", 400)
    assert scripted_collection in message


@pytest.mark.parametrize("name", ["with space", "slash/ed", "ü", "x" * 256])
def test_a_name_has_to_be_aws_s(reading: Any, name: str) -> None:
    code, message, _ = error_of(reading.create_collection, CollectionId=name)
    assert code == "ValidationException"
    assert "'collectionId' failed to satisfy constraint" in message


@pytest.mark.parametrize("operation", ["describe_collection", "delete_collection", "list_faces", "list_users"])
def test_a_missing_collection_is_told(reading: Any, operation: str) -> None:
    assert code_of(getattr(reading, operation), **MISSING) == "ResourceNotFoundException"


def test_a_missing_collection_is_told_before_the_picture_is_looked_at(reading: Any) -> None:
    junk = {"Bytes": b"junk"}
    for operation in (reading.index_faces, reading.search_faces_by_image, reading.search_users_by_image):
        assert code_of(operation, Image=junk, **MISSING) == "ResourceNotFoundException"
    missing_face = str(uuid4())
    assert code_of(reading.delete_faces, FaceIds=[missing_face], **MISSING) == "ResourceNotFoundException"
    assert code_of(reading.search_faces, FaceId=missing_face, **MISSING) == "ResourceNotFoundException"


def test_tags_change(reading: Any, scripted_collection: str) -> None:
    arn = reading.describe_collection(CollectionId=scripted_collection)["CollectionARN"]
    reading.tag_resource(ResourceArn=arn, Tags={"a": "1", "b": "2"})
    reading.untag_resource(ResourceArn=arn, TagKeys=["a", "never there"])
    assert reading.list_tags_for_resource(ResourceArn=arn)["Tags"] == {"b": "2"}
    assert code_of(reading.list_tags_for_resource, ResourceArn=arn + "x") == "ResourceNotFoundException"


def test_collections_come_in_pages(reading: Any) -> None:
    names = sorted(f"page-{uuid4()}" for _ in range(5))
    for name in names:
        reading.create_collection(CollectionId=name)
    pages = list(reading.get_paginator("list_collections").paginate(PaginationConfig={"PageSize": 2}))
    listed = [name for page in pages for name in page["CollectionIds"] if name in names]
    assert len(pages) >= 3
    assert listed == names
    assert code_of(reading.list_collections, NextToken="junk") == "InvalidPaginationTokenException"
    for name in names:
        reading.delete_collection(CollectionId=name)


def test_regions_are_separate(scripted: RunningSandbox, scripted_collection: str) -> None:
    elsewhere = scripted.client("rekognition", "us-west-2")
    assert code_of(elsewhere.describe_collection, CollectionId=scripted_collection) == "ResourceNotFoundException"


def test_a_released_face_model_is_for_new_faces_only(scripted: RunningSandbox, scripted_collection: str) -> None:
    rekognition, in_it = scripted.client("rekognition"), {"CollectionId": scripted_collection}
    picture_of = {name: {"Bytes": picture([ScriptedFace(name)])} for name in ("ada", "bob")}
    first = rekognition.index_faces(**in_it, Image=picture_of["ada"])
    try:
        assert scripted.control("PUT", "face-model", {"version": "8.0"}) == (200, {"version": "8.0"})
        second = rekognition.index_faces(**in_it, Image=picture_of["bob"])
        described = rekognition.describe_collection(**in_it)
        listed = rekognition.list_faces(**in_it)
    finally:
        scripted.control("PUT", "face-model", {"version": "7.0"})
    assert (first["FaceModelVersion"], second["FaceModelVersion"]) == ("7.0", "8.0")
    assert (described["FaceModelVersion"], listed["FaceModelVersion"]) == ("8.0", "8.0")
    assert [face["IndexFacesModelVersion"] for face in listed["Faces"]] == ["7.0", "8.0"]


@pytest.mark.parametrize("request_", [{}, {"version": 8}, {"version": "new"}, {"version": "8.0", "other": 1}])
def test_a_face_model_is_named_by_its_version(scripted: RunningSandbox, request_: dict[str, Any]) -> None:
    status, answer = scripted.control("PUT", "face-model", request_)
    assert (status, answer["error"]) == (400, "ValidationException")
