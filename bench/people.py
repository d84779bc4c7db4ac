"""People for measurements: scripted pictures, which say themselves what they show."""

from __future__ import annotations

from chalicelib.model.images import Image, read_image
from sandbox.pictures.holder import Holder
from sandbox.pictures.machine_readable import passport_zone
from sandbox.scripted import ScriptedFace, picture


def selfie(person: str, likeness: float = 100.0, sunglasses: float = 1.0) -> Image:
    """`likeness` is the similarity to the same person's other pictures; `sunglasses` how likely they are."""
    return read_image(picture([ScriptedFace(person, likeness=likeness, sunglasses=sunglasses)]))


def passport(person: str) -> Image:
    """A valid passport with this person's portrait."""
    holder = Holder()
    fields = {
        "ID_TYPE": "PASSPORT",
        "FIRST_NAME": holder.given_names,
        "LAST_NAME": holder.surname,
        "DATE_OF_BIRTH": holder.born.isoformat(),
        "EXPIRATION_DATE": holder.expires.isoformat(),
        "DOCUMENT_NUMBER": holder.number,
        "MRZ_CODE": "\n".join(passport_zone(holder)),
    }
    return read_image(picture([ScriptedFace(person)], fields))
