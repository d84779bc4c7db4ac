"""The fields that a document prints for people to read."""

import re
from collections.abc import Sequence

from sandbox.documents.address import read_address
from sandbox.documents.captions import OTHER
from sandbox.documents.dates import find_dates
from sandbox.documents.entries import DATE_FIELDS
from sandbox.documents.field import Field, given_names
from sandbox.documents.layout import pair
from sandbox.documents.sheet import PlacedLine

PASSPORT, LICENCE_FRONT = "PASSPORT", "DRIVER LICENSE FRONT"

_TITLES = {
    PASSPORT: re.compile(r"\bPASSPORT(?! ?(?:CARD)? ?N)"),  # not the caption "Passport No."
    LICENCE_FRONT: re.compile(r"\bDRIV(ER'?S?|ING) LICEN[CS]E\b|\bOPERATOR'?S? LICEN[CS]E\b|^LICEN[CS]E$"),
}
_SUFFIX = re.compile(r"(?P<name>.+?),? (?P<suffix>JR|SR|II|III|IV)\.?")


def read_title(lines: Sequence[PlacedLine]) -> Field | None:
    """ID_TYPE by the document's title: PASSPORT (passport cards too) or DRIVER LICENSE FRONT."""
    for id_type, pattern in _TITLES.items():
        for line in lines:
            if pattern.search(line.text.upper()):
                return Field(id_type, line.confidence)
    return None


def read_printed(lines: Sequence[PlacedLine], *, licence: bool) -> dict[str, Field]:
    """What the captions say, and on a driver licence also what stands without a caption."""
    fields: dict[str, Field] = {}
    for pairing in pair(lines, licence=licence):
        if pairing.field != OTHER and pairing.field not in fields:
            fields |= _field(pairing.field, pairing.entry)
    if licence:
        fields = fields | read_address(lines) | _veteran(lines)
        fields |= _suffix(fields)
    return fields


def _field(name: str, entry: PlacedLine) -> dict[str, Field]:
    if name in DATE_FIELDS:
        return {name: Field(entry.text, entry.confidence, find_dates(entry.text)[0].day)}
    if name == "FIRST_NAME":
        return given_names(entry.text, entry.confidence)
    return {name: Field(entry.text, entry.confidence)}


def _veteran(lines: Sequence[PlacedLine]) -> dict[str, Field]:
    found = next((line for line in lines if line.text.upper().strip() == "VETERAN"), None)
    return {"VETERAN": Field("VETERAN", found.confidence)} if found else {}


def _suffix(fields: dict[str, Field]) -> dict[str, Field]:
    """SUFFIX, taken off the name at whose end it is printed."""
    for name in ("LAST_NAME", "MIDDLE_NAME", "FIRST_NAME"):
        whole = fields.get(name)
        if whole and (match := _SUFFIX.fullmatch(whole.text)):
            return {
                name: Field(match["name"], whole.confidence),
                "SUFFIX": Field(match["suffix"], whole.confidence),
            }
    return {}
