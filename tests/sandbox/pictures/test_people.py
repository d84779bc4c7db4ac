"""The photographs and what is made of them, looked at by the face engine that the demo uses."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from sandbox.pictures import (
    Eyes,
    another_take,
    blurred,
    brighter,
    collins,
    darker,
    find_eyes,
    headshot,
    hopper,
    no_face,
    rotated_by_exif,
    small,
    to_jpeg,
    to_png,
    turned,
    two_faces,
    with_sunglasses,
)
from sandbox.pictures.packaged import packaged_file
from sandbox.vision.engine import FaceEngine
from sandbox.vision.face import Face
from sandbox.vision.picture import decode
from sandbox.vision.similarity import similarity

People = pytest.mark.parametrize("person", [collins, hopper])
Person = Callable[[], Image.Image]


def only_face(engine: FaceEngine, image: Image.Image) -> Face:
    (face,) = engine.faces(to_jpeg(image))
    return face


def test_the_photographs_are_read_without_importing_their_packages() -> None:
    code = (
        "import sys; from sandbox.pictures import collins, hopper; print(collins().size, hopper().size, "
        "{'skimage', 'matplotlib'} & set(sys.modules))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "(512, 512) (512, 600) set()"


@pytest.mark.parametrize(("package", "relative"), [("no_such_package", "a.png"), ("PIL", "no-such-file.png")])
def test_a_missing_photograph_says_what_to_install(package: str, relative: str) -> None:
    with pytest.raises(FileNotFoundError, match=r"requirements-pictures\.txt"):
        packaged_file(package, relative)


@People
def test_another_take_is_the_same_person_in_another_picture(engine: FaceEngine, person: Person) -> None:
    first, second = person(), another_take(person())
    assert second.size != first.size
    assert similarity(only_face(engine, first).embedding, only_face(engine, second).embedding) > 99


def test_the_two_are_not_alike(engine: FaceEngine) -> None:
    one, other = only_face(engine, collins()), only_face(engine, hopper())
    assert similarity(one.embedding, other.embedding) < 50


@pytest.mark.parametrize(("person", "tilt_deg"), [(collins, 0), (hopper, 0), (hopper, 25)])
def test_sunglasses_are_seen_as_such(engine: FaceEngine, person: Person, tilt_deg: float) -> None:
    bare = turned(person(), tilt_deg)
    assert only_face(engine, bare).sunglasses < 50
    assert only_face(engine, with_sunglasses(bare)).sunglasses > 95


def test_sunglasses_follow_the_line_of_the_eyes() -> None:
    grey = Image.new("RGB", (400, 400), (200, 200, 200))
    dark = np.asarray(with_sunglasses(grey, Eyes((120, 150), (280, 250))).convert("L")) < 60
    assert dark[150, 120]
    assert dark[250, 280]
    assert not dark[250, 120]
    assert not dark[150, 280]


def test_sunglasses_need_eyes() -> None:
    with pytest.raises(ValueError, match="no face was found"):
        with_sunglasses(Image.new("RGB", (200, 200)))


@pytest.mark.parametrize("tilt_deg", [0, 20, -35])
def test_eyes_are_found_in_tilted_pictures(tilt_deg: float) -> None:
    upright, eyes = find_eyes(hopper()), find_eyes(turned(hopper(), tilt_deg))
    assert upright is not None
    assert eyes is not None
    assert eyes.tilt_deg - upright.tilt_deg == pytest.approx(tilt_deg, abs=4)
    assert eyes.distance_px == pytest.approx(upright.distance_px, rel=0.08)


def test_pictures_of_two_people_and_of_nobody(engine: FaceEngine) -> None:
    assert len(engine.faces(to_jpeg(two_faces(collins(), hopper())))) == 2
    assert engine.faces(to_jpeg(no_face())) == ()


def test_light_and_sharpness_move_the_way_they_say(engine: FaceEngine) -> None:
    plain = only_face(engine, hopper())
    assert only_face(engine, darker(hopper())).brightness < plain.brightness / 2
    assert only_face(engine, brighter(hopper())).brightness > plain.brightness * 1.2
    assert only_face(engine, blurred(hopper())).sharpness < plain.sharpness / 2


@pytest.mark.parametrize("clockwise_deg", [35, -35])
def test_a_turned_head_has_roll(engine: FaceEngine, clockwise_deg: float) -> None:
    image = turned(hopper(), clockwise_deg)
    assert image.size == hopper().size
    assert only_face(engine, image).pose.roll == pytest.approx(clockwise_deg, abs=8)


@People
def test_a_thumbnail_still_shows_who_it_is(engine: FaceEngine, person: Person) -> None:
    thumbnail = small(person())
    assert thumbnail.size == (120, 160)
    assert similarity(only_face(engine, thumbnail).embedding, only_face(engine, person()).embedding) > 99


def test_a_headshot_without_a_face_is_the_middle_of_the_picture() -> None:
    assert headshot(Image.new("RGB", (350, 350))).size == (350, 450)


def test_exif_rotation_is_undone_by_whoever_honours_it() -> None:
    data = rotated_by_exif(hopper())
    with Image.open(BytesIO(data)) as lying:
        assert lying.size == (600, 512)
    upright = Image.fromarray(decode(data)).resize(hopper().size)
    difference = np.abs(np.asarray(upright, float) - np.asarray(hopper(), float)).mean()
    assert difference < 8


def test_file_formats() -> None:
    assert to_jpeg(hopper()).startswith(b"\xff\xd8\xff")
    assert to_png(hopper()).startswith(b"\x89PNG")
    assert len(to_jpeg(hopper(), quality=30)) < len(to_jpeg(hopper())) / 2
