"""DetectFaces and CompareFaces on real photographs."""

from __future__ import annotations

from typing import Any

import pytest
from PIL import Image

from sandbox.pictures.people import collins, hopper
from sandbox.pictures.scenery import no_face
from sandbox.pictures.sunglasses import with_sunglasses
from sandbox.pictures.variants import (
    another_take,
    blurred,
    darker,
    headshot,
    rotated_by_exif,
    small,
    to_jpeg,
    to_png,
    turned,
    two_faces,
)
from tests.sandbox.errors import code_of

DEFAULT = {"BoundingBox", "Confidence", "Landmarks", "Pose", "Quality"}
PEOPLE = {"collins": collins, "hopper": hopper}
people = pytest.mark.parametrize("person", PEOPLE)


def faces(rekognition: Any, image: Image.Image | bytes, *attributes: str) -> list[dict[str, Any]]:
    data = image if isinstance(image, bytes) else to_jpeg(image)
    found: list[dict[str, Any]] = rekognition.detect_faces(
        Image={"Bytes": data}, Attributes=list(attributes or ["DEFAULT"])
    )["FaceDetails"]
    return found


def similarities(rekognition: Any, source: Image.Image, target: Image.Image) -> list[float]:
    answer = rekognition.compare_faces(
        SourceImage={"Bytes": to_jpeg(source)}, TargetImage={"Bytes": to_jpeg(target)}, SimilarityThreshold=0
    )
    assert not answer["UnmatchedFaces"]
    return [match["Similarity"] for match in answer["FaceMatches"]]


@people
def test_a_portrait_has_one_face_that_looks_ahead(seeing: Any, person: str) -> None:
    (face,) = faces(seeing, PEOPLE[person](), "ALL")
    assert face["Confidence"] > 99
    assert max(abs(face["Pose"][angle]) for angle in ("Roll", "Yaw")) < 10
    assert abs(face["Pose"]["Pitch"]) < 20
    assert 40 < face["Quality"]["Brightness"] < 90
    assert face["Quality"]["Sharpness"] > 80
    assert face["EyesOpen"]["Value"]
    for attribute in ("Sunglasses", "MouthOpen", "FaceOccluded"):
        assert not face[attribute]["Value"], attribute


def test_eyeglasses_are_told_from_none(seeing: Any) -> None:
    assert not faces(seeing, collins(), "EYEGLASSES")[0]["Eyeglasses"]["Value"]
    assert faces(seeing, hopper(), "EYEGLASSES")[0]["Eyeglasses"]["Value"]


@people
def test_the_landmarks_are_where_the_box_is(seeing: Any, person: str) -> None:
    (face,) = faces(seeing, PEOPLE[person]())
    box = face["BoundingBox"]
    places = {mark["Type"]: (mark["X"], mark["Y"]) for mark in face["Landmarks"]}
    assert len(places) == 30
    for x, y in places.values():
        assert box["Left"] - 1e-6 <= x <= box["Left"] + box["Width"] + 1e-6
        assert box["Top"] <= y <= box["Top"] + box["Height"] + 1e-6
    assert places["eyeLeft"][0] < places["nose"][0] < places["eyeRight"][0]
    assert places["leftEyeBrowUp"][1] < places["eyeLeft"][1] < places["nose"][1] < places["mouthUp"][1]
    assert places["mouthDown"][1] < places["chinBottom"][1]


@pytest.mark.parametrize(
    ("asked", "answered"),
    [
        ([], set()),
        (["DEFAULT"], set()),
        (["SUNGLASSES"], {"Sunglasses"}),
        (["DEFAULT", "EYES_OPEN", "FACE_OCCLUDED"], {"EyesOpen", "FaceOccluded"}),
        (["ALL"], {"Sunglasses", "Eyeglasses", "EyesOpen", "MouthOpen", "FaceOccluded"}),
    ],
)
def test_the_attributes_asked_for_are_told_beside_the_default(
    seeing: Any, collins_jpeg: bytes, asked: list[str], answered: set[str]
) -> None:
    (face,) = seeing.detect_faces(Image={"Bytes": collins_jpeg}, Attributes=asked)["FaceDetails"]
    assert set(face) == DEFAULT | answered


@people
def test_thumbnails_and_large_pictures_show_the_same_person(seeing: Any, person: str) -> None:
    original = PEOPLE[person]()
    large = headshot(original).resize((2400, 3200), Image.Resampling.LANCZOS)
    for variant in (small(original), large):
        assert len(faces(seeing, variant)) == 1
        assert similarities(seeing, original, variant)[0] > 99


@people
def test_a_small_face_in_a_large_picture_is_found(seeing: Any, person: str) -> None:
    wide = Image.new("RGB", (3000, 2000), (150, 160, 170))
    wide.paste(headshot(PEOPLE[person]()).resize((300, 400)), (2200, 1200))
    (face,) = faces(seeing, wide)
    assert 2200 / 3000 < face["BoundingBox"]["Left"] < 2500 / 3000


def test_two_people_are_two_faces_the_largest_first(seeing: Any) -> None:
    both = faces(seeing, two_faces(collins(), hopper()))
    areas = [face["BoundingBox"]["Width"] * face["BoundingBox"]["Height"] for face in both]
    assert len(both) == 2
    assert areas == sorted(areas, reverse=True)


@pytest.mark.parametrize(
    "picture",
    [
        no_face(),
        collins().crop((0, 250, 512, 512)),
        hopper().crop((0, 390, 512, 600)),
        Image.new("RGB", (640, 480), (127, 127, 127)),
        Image.effect_noise((640, 480), 90).convert("RGB"),
    ],
    ids=["landscape", "space suit", "uniform", "grey", "noise"],
)
def test_a_picture_without_a_face_has_none(seeing: Any, picture: Image.Image) -> None:
    assert faces(seeing, picture) == []


@people
def test_sunglasses_are_seen(seeing: Any, person: str) -> None:
    for image in (with_sunglasses(PEOPLE[person]()), small(with_sunglasses(PEOPLE[person]()))):
        (face,) = faces(seeing, image, "SUNGLASSES")
        assert face["Sunglasses"]["Value"]
        assert face["Sunglasses"]["Confidence"] > 90


@people
@pytest.mark.parametrize("clockwise_deg", [-90, -40, 25, 60, 180])
def test_a_tilted_head_is_found_and_its_roll_told(seeing: Any, person: str, clockwise_deg: float) -> None:
    straight = faces(seeing, headshot(PEOPLE[person]()))[0]["Pose"]["Roll"]
    (face,) = faces(seeing, turned(headshot(PEOPLE[person]()), clockwise_deg))
    difference = (face["Pose"]["Roll"] - straight - clockwise_deg + 180) % 360 - 180
    assert abs(difference) < 6
    assert abs(face["Pose"]["Yaw"]) < 20


def test_exif_rotation_is_honoured(seeing: Any) -> None:
    (face,) = faces(seeing, rotated_by_exif(collins()))
    assert abs(face["Pose"]["Roll"]) < 10


def test_darkness_and_blur_are_measured(seeing: Any) -> None:
    (plain,), (dark,), (soft,) = (
        faces(seeing, image) for image in (hopper(), darker(hopper(), 0.3), blurred(hopper(), 5))
    )
    assert dark["Quality"]["Brightness"] < 0.5 * plain["Quality"]["Brightness"]
    assert soft["Quality"]["Sharpness"] < 0.5 * plain["Quality"]["Sharpness"]


def test_a_covered_mouth_is_occluded(seeing: Any) -> None:
    portrait = collins()
    (face,) = faces(seeing, portrait)
    places = {mark["Type"]: (mark["X"] * portrait.width, mark["Y"] * portrait.height) for mark in face["Landmarks"]}
    mouth = (
        places["mouthLeft"][0] - 8,
        places["mouthUp"][1] - 8,
        places["mouthRight"][0] + 8,
        places["mouthDown"][1] + 8,
    )
    portrait.paste((90, 140, 200), tuple(round(edge) for edge in mouth))
    (covered,) = faces(seeing, portrait, "FACE_OCCLUDED")
    assert covered["FaceOccluded"]["Value"]


@people
def test_another_take_is_the_same_person(seeing: Any, person: str) -> None:
    assert similarities(seeing, PEOPLE[person](), another_take(PEOPLE[person]()))[0] > 99


def test_other_people_are_not_alike(seeing: Any) -> None:
    for first, second in ((collins(), hopper()), (small(collins()), small(hopper()))):
        assert similarities(seeing, first, second)[0] < 50


def test_the_largest_face_of_the_source_is_compared_with_every_face_of_the_target(seeing: Any) -> None:
    group = two_faces(collins(), hopper())
    answer = seeing.compare_faces(
        SourceImage={"Bytes": to_png(collins())}, TargetImage={"Bytes": to_png(group)}, SimilarityThreshold=90
    )
    assert [match["Similarity"] > 99 for match in answer["FaceMatches"]] == [True]
    assert len(answer["UnmatchedFaces"]) == 1
    assert answer["SourceImageFace"]["Confidence"] > 99


@pytest.mark.parametrize("without", ["SourceImage", "TargetImage"])
def test_comparing_needs_a_face_in_both_pictures(seeing: Any, collins_jpeg: bytes, without: str) -> None:
    pictures = {"SourceImage": {"Bytes": collins_jpeg}, "TargetImage": {"Bytes": collins_jpeg}}
    pictures[without] = {"Bytes": to_jpeg(no_face())}
    assert code_of(seeing.compare_faces, **pictures) == "InvalidParameterException"
