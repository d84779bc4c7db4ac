"""Sample people and documents for the demo and the tests. `python -m sandbox.pictures --help` writes them out."""

from sandbox.pictures.cards import Kind, id_card
from sandbox.pictures.holder import Holder
from sandbox.pictures.landmarks import Eyes, find_eyes
from sandbox.pictures.licence_back import licence_back
from sandbox.pictures.machine_readable import card_zone, passport_zone, with_wrong_check_digit
from sandbox.pictures.people import collins, hopper
from sandbox.pictures.scenery import no_face
from sandbox.pictures.sunglasses import with_sunglasses
from sandbox.pictures.variants import (
    another_take,
    blurred,
    brighter,
    darker,
    headshot,
    rotated_by_exif,
    small,
    to_jpeg,
    to_png,
    turned,
    two_faces,
)

__all__ = [
    "Eyes",
    "Holder",
    "Kind",
    "another_take",
    "blurred",
    "brighter",
    "card_zone",
    "collins",
    "darker",
    "find_eyes",
    "headshot",
    "hopper",
    "id_card",
    "licence_back",
    "no_face",
    "passport_zone",
    "rotated_by_exif",
    "small",
    "to_jpeg",
    "to_png",
    "turned",
    "two_faces",
    "with_sunglasses",
    "with_wrong_check_digit",
]
