"""The whole sample set: each picture with what it is for. Nothing is drawn before it is asked for."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

from sandbox.pictures.cards import id_card
from sandbox.pictures.holder import Holder
from sandbox.pictures.licence_back import licence_back
from sandbox.pictures.machine_readable import passport_zone, with_wrong_check_digit
from sandbox.pictures.people import collins, hopper
from sandbox.pictures.scenery import no_face
from sandbox.pictures.sunglasses import with_sunglasses
from sandbox.pictures.variants import (
    another_take,
    blurred,
    brighter,
    darker,
    rotated_by_exif,
    small,
    to_jpeg,
    turned,
    two_faces,
)


@dataclass(frozen=True)
class Sample:
    """One picture of the set: a file name, what it shows, and how to make the JPEG."""

    name: str
    shows: str
    jpeg: Callable[[], bytes]


def sample_set() -> list[Sample]:
    """All sample pictures, people first."""
    holder = Holder()
    expired = replace(holder, issued=date(2009, 3, 2), expires=date(2019, 3, 1))
    younger = replace(holder, born=date(1976, 12, 9))
    changed = with_wrong_check_digit(passport_zone(holder))
    return [
        Sample("collins.jpg", "Eileen Collins", lambda: to_jpeg(collins())),
        Sample("collins-again.jpg", "the same photograph, retaken", lambda: to_jpeg(another_take(collins()))),
        Sample("collins-sunglasses.jpg", "dark glasses", lambda: to_jpeg(with_sunglasses(collins()))),
        Sample("collins-dark.jpg", "too dark", lambda: to_jpeg(darker(collins()))),
        Sample("collins-bright.jpg", "too bright", lambda: to_jpeg(brighter(collins()))),
        Sample("collins-blurred.jpg", "not sharp", lambda: to_jpeg(blurred(collins()))),
        Sample("collins-turned.jpg", "head tilted by 35 degrees", lambda: to_jpeg(turned(collins()))),
        Sample("collins-exif.jpg", "lying pixels, upright by EXIF", lambda: rotated_by_exif(collins())),
        Sample("collins-small.jpg", "120x160 pixels", lambda: to_jpeg(small(collins()))),
        Sample("hopper.jpg", "Grace Hopper", lambda: to_jpeg(hopper())),
        Sample("hopper-again.jpg", "the same photograph, retaken", lambda: to_jpeg(another_take(hopper()))),
        Sample("two-people.jpg", "two faces", lambda: to_jpeg(two_faces(collins(), hopper()))),
        Sample("nobody.jpg", "a landscape, no face", lambda: to_jpeg(no_face())),
        Sample("hopper-passport.jpg", "a passport", lambda: to_jpeg(id_card(hopper(), holder))),
        Sample("hopper-card.jpg", "an identity card", lambda: to_jpeg(id_card(hopper(), holder, "card"))),
        Sample("hopper-licence.jpg", "a driver licence", lambda: to_jpeg(id_card(hopper(), holder, "licence"))),
        Sample("hopper-licence-back.jpg", "its back, with a barcode", lambda: to_jpeg(licence_back(holder))),
        Sample("hopper-expired.jpg", "an expired passport", lambda: to_jpeg(id_card(hopper(), expired))),
        Sample(
            "hopper-altered.jpg",
            "the printed date of birth is not the machine-readable one",
            lambda: to_jpeg(id_card(hopper(), younger, zone=passport_zone(holder))),
        ),
        Sample(
            "hopper-bad-digit.jpg",
            "the machine-readable date of birth does not fit its check digit",
            lambda: to_jpeg(id_card(hopper(), holder, zone=changed)),
        ),
    ]
