"""The machine-readable zone's check digits hold, and it says the same as the print."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated

from chalicelib.checks._document import DATE_REASONS
from chalicelib.checks._names import spellings
from chalicelib.model.facts import IdDocument, IdField
from chalicelib.model.findings import Finding, failed, inconclusive, passed
from chalicelib.model.mrz import Mrz, read_mrz
from chalicelib.model.plugins import Flag, Stricter

READS = "Textract AnalyzeID: MRZ_CODE against DOCUMENT_NUMBER, DATE_OF_BIRTH, EXPIRATION_DATE and the names"
REASONS = {
    "mrz_missing": "No machine-readable zone was found: take a picture of the side that has the rows of < signs.",
    "mrz_unreadable": "The machine-readable zone could not be read: take the picture again, sharp and without glare.",
    "check_digit_wrong": "A check digit in the machine-readable zone is wrong: take the picture again, or review it.",
    "field_missing": DATE_REASONS["field_missing"],
    "date_unreadable": DATE_REASONS["date_unreadable"],
    "differs_from_print": "The machine-readable zone and the print differ: take the picture again, or review it.",
}
DATES = ("DATE_OF_BIRTH", "EXPIRATION_DATE")
COMPARED = ("DOCUMENT_NUMBER", *DATES, "LAST_NAME", "FIRST_NAME")


@dataclass(frozen=True, slots=True)
class Parameters:
    required: Annotated[
        bool, Flag("whether there must be a zone; if not, a document that shows none passes", Stricter.MORE)
    ] = True


def judge(parameters: Parameters, *, id_document: IdDocument) -> Finding:
    """The finding tells which field is wrong, never what it says."""
    code = id_document.fields.get("MRZ_CODE")
    if code is None:
        # With no field at all nothing was read, so that there is no zone is not known either.
        return passed() if id_document.fields and not parameters.required else inconclusive("mrz_missing")
    zone = read_mrz(code.text)
    if zone is None:
        return inconclusive("mrz_unreadable")
    if zone.wrong_check_digits:
        return failed("check_digit_wrong", zone.wrong_check_digits[0])
    return _compare(zone, id_document.fields)


def _compare(zone: Mrz, fields: Mapping[str, IdField]) -> Finding:
    for name in COMPARED:
        field = fields.get(name)
        if field is None:
            return inconclusive("field_missing", name)
        if name in DATES and field.day is None:
            return inconclusive("date_unreadable", name)
        if not _same(zone, name, fields):
            return failed("differs_from_print", name)
    return passed()


def _same(zone: Mrz, name: str, fields: Mapping[str, IdField]) -> bool:
    """Whether the zone says of the field `name` what the print says."""
    printed = fields[name]
    match name:
        case "DOCUMENT_NUMBER":
            return "".join(filter(str.isalnum, printed.text)).upper() == zone.document_number
        case "DATE_OF_BIRTH":
            return _yymmdd(printed.day) == zone.birth_date
        case "EXPIRATION_DATE":
            return _yymmdd(printed.day) == zone.expiry_date
        case "LAST_NAME":
            return _same_name(printed.text, zone.surname, zone.names_cut)
    middle = fields.get("MIDDLE_NAME")
    given_names = f"{printed.text} {middle.text}" if middle else printed.text
    return _same_name(given_names, zone.given_names, zone.names_cut)


def _yymmdd(day: date | None) -> str | None:
    return f"{day.year % 100:02}{day.month:02}{day.day:02}" if day else None


def _same_name(printed: str, zone: str, cut: bool) -> bool:
    """Letter by letter in either spelling, without blanks; a zone that was too short may stop early."""
    letters = zone.replace(" ", "")
    spelled = ["".join(words) for words in spellings(printed)]
    return bool(letters) and any(name == letters or (cut and name.startswith(letters)) for name in spelled)
